import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

// An import reads every export of the module; to read `WebSocket` loads Node's whole HTTP client, 14 MB and 90 ms that no page needs.
const { createServer } = process.getBuiltinModule('node:http');

type Options = { host: string; port: number };

/** Longer than nginx keeps its connections to us (60 s), so that we never close one that it is about to use. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Listens with limits on slow senders: a request's headers within 15 s, all of it within 2 minutes (a 25 MB photo at
 * 200 KB/s). Rejects with the system's error when the port is taken.
 */
export const listen = async (app: RequestListener, { host, port }: Options) => {
  const server = createServer(
    { requestTimeout: 120_000, headersTimeout: 15_000, keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: 16_384 },
    app,
  );
  server.maxConnections = 2000;
  closeWithoutWaiting(server);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
};

/**
 * Node's `close` waits for connections that were opened and not used, as browsers do, and for those that are kept alive
 * after their last answer. With this it ends the ones without a request at once, and each other after its answer.
 */
const closeWithoutWaiting = (server: Server): void => {
  const requests = new Map<Socket, number>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.on('request', ({ socket }, res) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    res.once('close', () => {
      const left = (requests.get(socket) ?? 1) - 1;
      if (requests.has(socket)) requests.set(socket, left);
      if (closing && left === 0) socket.destroySoon();
    });
  });
  server.closeIdleConnections = () => {
    closing = true; // nobody calls it before the end: `close` does, first of all
    for (const [socket, inFlight] of requests) if (inFlight === 0) socket.destroy();
  };
};
