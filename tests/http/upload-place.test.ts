import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePhotoUpload } from '../../src/http/middleware/photo-upload.ts';
import { makeDecodeQueue } from '../../src/photos/decode-queue.ts';

const decodes = makeDecodeQueue({ running: 2, bytes: 1e9, waitMs: 60_000 });
let letGo: () => void;
let held: Promise<void>;
const hold = () => void (held = new Promise((resolve) => (letGo = resolve)));

const ended: string[] = [];
const application = express();
application.post(
  '/',
  makePhotoUpload({
    files: { temporaryPath: () => '/nonexistent/never-written' },
    maxBytes: 1_000_000,
    decodes,
    limit: { take: () => held },
  }),
);
application.use(((error: Error, _req, res, _next) => {
  ended.push(error.message);
  res.status(400).end();
}) satisfies ErrorRequestHandler);
const server = createServer(application);
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

const HEAD =
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 500000\r\n\r\n--x\r\n';

test('R4: a sender who goes away before the photo is read leaves no place taken in the queue', async () => {
  hold();
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(HEAD);
  await expect.poll(() => decodes.load().arriving).toBe(1);
  socket.destroy();
  await expect.poll(() => new Promise<number>((done) => server.getConnections((_error, count) => done(count)))).toBe(0);
  letGo();
  await expect.poll(() => decodes.load().arriving).toBe(0);
  expect(ended).toHaveLength(1);
});

test('R4: the place is given back when the body is refused', async () => {
  hold();
  letGo();
  const form = new FormData();
  form.append('photo', new Blob(['x'])); // the token is missing
  const { port } = server.address() as AddressInfo;
  expect((await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: form })).status).toBe(400);
  expect(decodes.load().arriving).toBe(0);
});
