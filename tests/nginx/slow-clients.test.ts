import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOST } from '../support/edge.ts';
import { halfOpenUploads } from '../support/environment.ts';
import { ask } from '../support/raw-request.ts';
import { headOf, type Sender } from '../support/sender.ts';
import { LINES_MS } from '../support/service.ts';
import { startTwoInstances, type TwoInstances } from '../support/two-instances.ts';

/** As many as one address may have open in nginx.conf, and as many as one opens here. */
const OPEN_BY_ADDRESS = 1500;
const BY_ADDRESS = OPEN_BY_ADDRESS + 40;

let two: TwoInstances;
let maria: Sender & { link: string };
beforeAll(async () => {
  two = await startTwoInstances();
  const [sender] = await two.addSenders(1);
  if (!sender) throw new Error('there is no sender');
  maria = sender;
});
afterAll(() => two.stop());

/** Opens connections, some at once, which send `bytes` and nothing more; `answers` is what each was told. */
const openMany = async (count: number, bytes: string, addressOf: (n: number) => string) => {
  const { https: port, ca } = two.edge;
  const open = new Set<TLSSocket>();
  const answers: string[] = [];
  const openOne = async (n: number): Promise<void> => {
    const plain = connectPlain({ port, host: '127.0.0.1', localAddress: addressOf(n) });
    const socket = connect({ socket: plain, ca, servername: HOST });
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => void answers.push(piece.toString().slice(0, 12)));
    socket.once('close', () => open.delete(socket));
    await once(socket, 'secureConnect');
    open.add(socket);
    socket.write(bytes);
  };
  for (let n = 0; n < count; n += 100) {
    await Promise.all(Array.from({ length: Math.min(100, count - n) }, (_, more) => openOne(n + more)));
  }
  return { open, answers, opened: performance.now() };
};

/** Kilobytes of memory that nginx holds. */
const residentKb = (): number => {
  const children = readFileSync(`/proc/${two.edge.pid}/task/${two.edge.pid}/children`, 'utf8').trim().split(' ');
  const statuses = children.map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
  return statuses.reduce((sum, status) => sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]), 0);
};

/** The slowest of five pages for somebody else, in ms. */
const slowestPage = async (): Promise<number> => {
  const neighbour = await two.edge.reach('127.0.0.50');
  let slowest = 0;
  for (let n = 0; n < 5; n += 1) {
    const from = performance.now();
    expect((await ask(neighbour, maria.link)).status).toBe(200);
    slowest = Math.max(slowest, performance.now() - from);
  }
  return slowest;
};

test('R63: heads that never end and uploads that stop half-way: others are served within 1 s, all are closed within 60 s, memory is bounded', async () => {
  const before = residentKb();
  const slowHeads = await openMany(100, `GET ${maria.link} HTTP/1.1\r\nHost: ${HOST}\r\nX-Slow:`, () => '127.0.0.60');
  await openMany(
    1,
    `POST ${maria.link}/not-me HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 9\r\n\r\n_`,
    () => '127.0.0.60',
  );
  const head = headOf(maria, { Host: HOST, 'Content-Length': '4000000' });
  const uploads = await openMany(halfOpenUploads, `${head}--x`, (n) => `127.0.0.${61 + Math.floor(n / BY_ADDRESS)}`);
  expect(await slowestPage()).toBeLessThan(1000);
  const kbEach = (residentKb() - before) / halfOpenUploads;
  expect(kbEach).toBeLessThan(64);

  // Beyond what one address may have open, it is told to come later.
  const beyond = Math.floor(halfOpenUploads / BY_ADDRESS) * (BY_ADDRESS - OPEN_BY_ADDRESS);
  const told = (answer: string) => uploads.answers.filter((one) => one === answer).length;
  await expect.poll(() => told('HTTP/1.1 429'), { timeout: 10_000 }).toBeGreaterThan(beyond / 2);
  expect(told('HTTP/1.1 429')).toBeLessThanOrEqual(beyond);

  const open = () => slowHeads.open.size + uploads.open.size;
  await expect.poll(open, { timeout: 60_000, interval: 250 }).toBe(0);
  expect(performance.now() - uploads.opened).toBeLessThan(60_000);
  expect(await slowestPage()).toBeLessThan(1000);
  const kbLeft = (residentKb() - before) / halfOpenUploads;
  expect(kbLeft).toBeLessThan(kbEach + 2); // free again, be it kept for the next ones
  process.stderr.write(`${halfOpenUploads} half-open uploads: ${kbEach} kB each, ${kbLeft} kB afterwards\n`);
  await wait(LINES_MS);
  for (const service of two.instances) expect(service.stdout()).not.toContain('"aborted"'); // nginx keeps them to itself
}, 240_000);

test('R34: no link is in a log', () => two.expectNoLinkInLogs([200, 408, 429]));
