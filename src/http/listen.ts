import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

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
  server.listen(port, host);
  await once(server, 'listening');
  return server;
};
