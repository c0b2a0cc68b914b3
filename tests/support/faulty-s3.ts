// A proxy in front of an S3 that fails as told.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startS3 } from './s3.ts';

/**
 * `down`: the connection breaks at once; `reset`: after the request was read; `half`: S3 did it, and half of its answer comes;
 * `lost`: S3 did it, and no answer comes; `hangs`: nothing ever comes; a number is the status of the answer.
 */
export type S3Fault = 'down' | 'reset' | 'half' | 'lost' | 'hangs' | 500 | 503 | 403;
type S3Request = { method: string; path: string; headers: IncomingHttpHeaders };

type When = (request: S3Request) => boolean;

const CODES: Record<number, string> = { 403: 'AccessDenied', 500: 'InternalError', 503: 'SlowDown' };

export const startFaultyS3 = async () => {
  const s3 = await startS3();
  const requests: S3Request[] = [];
  let fault: { how: S3Fault; when: When } | undefined;
  let slowMs = 0;

  const forward = (
    req: IncomingMessage,
    body: Buffer,
    answer: (status: number, headers: IncomingHttpHeaders, body: Buffer) => void,
  ) => {
    const { hostname, port } = new URL(s3.endpoint);
    const on = request({ hostname, port, method: req.method, path: req.url, headers: req.headers }, (res) => {
      void bodyOf(res).then((whole) => answer(res.statusCode ?? 500, res.headers, whole));
    });
    on.end(body);
  };

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const seen: S3Request = { method: req.method ?? '', path: decodeURIComponent(req.url ?? ''), headers: req.headers };
    requests.push(seen);
    const how = fault?.when(seen) ? fault.how : undefined;
    if (how === 'down') {
      req.socket.destroy();
      return;
    }
    const body = await bodyOf(req);
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
    if (how === 'hangs') return;
    if (how === 'reset') {
      req.socket.destroy();
      return;
    }
    if (typeof how === 'number') {
      const text = `<?xml version="1.0"?><Error><Code>${CODES[how]}</Code><Message>of ${s3.bucket}</Message></Error>`;
      res.writeHead(how, { 'Content-Type': 'application/xml' }).end(req.method === 'HEAD' ? '' : text);
      return;
    }
    forward(req, body, (status, headers, whole) => {
      if (how === 'lost') {
        req.socket.destroy();
        return;
      }
      res.writeHead(status, headers);
      if (how !== 'half') {
        res.end(whole);
        return;
      }
      res.write(whole.subarray(0, whole.length / 2));
      setTimeout(() => req.socket.destroy(), 20);
    });
  };

  const server = createServer((req, res) => void serve(req, res).catch(() => req.socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...s3,
    endpoint,
    env: { ...s3.env, S3_ENDPOINT: endpoint },
    /** Everything that was asked for, in order. */
    requests,
    /** From now on every request fails, or those that `when` picks. */
    fail: (how: S3Fault, when: When = () => true): void => void (fault = { how, when }),
    /** From now on the `nth` request (from 1) of that method fails, and no other; `met` tells whether it came to that. */
    failNth: (nth: number, method: string, how: S3Fault): { met: () => boolean } => {
      let count = 0;
      fault = { how, when: (seen) => seen.method === method && (count += 1) === nth };
      return { met: () => count >= nth };
    },
    /** Every answer comes so much later. */
    slow: (ms: number): void => void (slowMs = ms),
    heal: (): void => {
      fault = undefined;
      slowMs = 0;
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await s3.stop();
    },
  };
};

export type FaultyS3 = Awaited<ReturnType<typeof startFaultyS3>>;

const bodyOf = async (stream: IncomingMessage): Promise<Buffer> => Buffer.concat(await stream.toArray());
