import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as secure, type ConnectionOptions } from 'node:tls';

type Options = { from: string; to: ConnectionOptions & { port: number } };

/** Hands plain connections on through TLS, from the local address `from`: for clients that only speak plain http. */
export const makeTunnel = async ({ from, to }: Options) => {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const plain = connect({ port: to.port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true });
    const site = secure({ ...to, socket: plain });
    for (const [one, other] of [
      [client, site],
      [site, client],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroySoon();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
};

export type Tunnel = Awaited<ReturnType<typeof makeTunnel>>;
