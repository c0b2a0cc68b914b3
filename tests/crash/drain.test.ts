import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, test } from 'vitest';
import { BOUNDARY } from '../support/multipart.ts';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { sendRaw } from '../support/raw-http.ts';
import { makeHome } from '../support/service.ts';
import { formBody, headOf, type Sender } from '../support/sender.ts';

let photo: Buffer;
beforeAll(async () => {
  photo = await scene(900, 1200).jpeg().toBuffer();
});

/** A service with `count` parents who have the form open; removed when the test is over. */
const startWithSenders = async (count: number, onTestFinished: (finish: () => Promise<void>) => void) => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  const service = await home.start();
  return { home, service, senders: await addSenders(service.url, count) };
};

/** An upload whose last bytes come after `ms`. */
const slowUpload = (sender: Sender, bytes: Buffer, ms: number) => {
  const body = formBody(sender, bytes);
  const pieces = async function* () {
    yield headOf(sender, { 'Content-Length': String(body.length) });
    yield body.subarray(0, body.length - 1000);
    await wait(ms);
    yield body.subarray(body.length - 1000);
  };
  return sendRaw({ port: sender.port, pieces: pieces() });
};

test.concurrent(
  'R64: SIGTERM with uploads in flight: not ready any more, still open, all uploads finish, exit code 0',
  async ({ expect, onTestFinished }) => {
    const { home, service, senders } = await startWithSenders(3, onTestFinished);
    const [maria, kwame, amina] = senders;
    if (!maria || !kwame || !amina) throw new Error('no senders');
    const uploads = [slowUpload(maria, photo, 1500), slowUpload(kwame, photo, 5000)]; // within the notice, and after it
    await wait(300);
    const ending = service.end('SIGTERM');
    await service.says('draining');
    const ready = await fetch(`${service.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ components: { draining: 'draining', database: 'ok', storage: 'ok' } });
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    uploads.push(slowUpload(amina, photo, 0)); // a balancer that has not noticed yet
    for (const answer of await Promise.all(uploads)) expect(answer.status, answer.body.slice(0, 300)).toBe(303);
    expect(await ending).toEqual({ code: 0, signal: null });
    expect(service.logged().filter(({ level }) => level === 'error')).toEqual([]);
    expect(home.postmaster()).toBeUndefined();
    expect(await home.doctor()).toMatchObject({
      photos: 3,
      orphan_files: 0,
      rows_without_file: 0,
      checksum_mismatches: 0,
    });
  },
);

test.concurrent(
  'R64: connections that ask nothing, or nothing more, do not hold it up',
  async ({ expect, onTestFinished }) => {
    const { service, senders } = await startWithSenders(1, onTestFinished);
    const [maria] = senders;
    if (!maria) throw new Error('no sender');
    const quiet = ['', 'GET /healthz HTTP/1.1\r\nHost:', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'].map((bytes) => {
      const socket = connect(maria.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(bytes);
      return socket;
    });
    const kept = new Agent({ keepAlive: true });
    const answered = new Promise<number | undefined>((resolve) => {
      const body = formBody(maria, photo);
      const headers = {
        'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
        Cookie: maria.cookie,
        'Content-Length': body.length,
      };
      const upload = request(
        { agent: kept, method: 'POST', port: maria.port, host: '127.0.0.1', path: maria.path, headers },
        (res) => resolve(res.resume().statusCode),
      );
      upload.write(body.subarray(0, 1000));
      setTimeout(() => upload.end(body.subarray(1000)), 1500);
    });
    await wait(300);
    const from = performance.now();
    expect(await service.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(performance.now() - from).toBeLessThan(8000);
    expect(await answered).toBe(303);
    kept.destroy();
    for (const socket of quiet) socket.destroy();
  },
);

test.concurrent(
  'R64: an upload that never ends does not hold it up for longer than 30 s, and leaves nothing',
  async ({ expect, onTestFinished }) => {
    const { home, service, senders } = await startWithSenders(1, onTestFinished);
    const [maria] = senders;
    if (!maria) throw new Error('no sender');
    const never = slowUpload(maria, photo, 33_000);
    await wait(300);
    const from = performance.now();
    expect(await service.end('SIGTERM')).toEqual({ code: 0, signal: null }); // cut off before the hard limit, so that the log gets out
    expect(performance.now() - from).toBeLessThan(30_000);
    expect(service.logged().map(({ msg }) => msg)).toContain('stopped');
    expect((await never).status).toBe(0);
    await home.start(); // sweeps at its start
    await expect.poll(() => home.doctor(), { timeout: 10_000 }).toMatchObject({ photos: 0, orphan_files: 0 });
  },
);
