import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asNpmStarts } from '../support/as-npm-starts.ts';
import { decodersOf, watchResident } from '../support/decoders-of.ts';
import { addSenders } from '../support/office.ts';
import { costlyPhoto, plain, scene } from '../support/pictures.ts';
import { sendUntilTaken } from '../support/send-until-taken.ts';
import { type Sender, sendPhoto } from '../support/sender.ts';
import { type Home, makeHome, type Service } from '../support/service.ts';
import { slowestAnswer } from '../support/slowest-answer.ts';

let home: Home;
let service: Service;
let senders: Sender[];
beforeAll(async () => {
  home = makeHome();
  service = await home.start(asNpmStarts());
  senders = await addSenders(service.url, 16);
});
afterAll(() => home.remove());

/** So many parents send the same photo at once, each until it is taken. */
const sendAtOnce = async (photo: Buffer, count: number) => {
  const statuses: number[] = [];
  const memory = watchResident(service.pid);
  const slowest = await slowestAnswer(`${service.url}/healthz`, () =>
    Promise.all(senders.slice(0, count).map((sender) => sendUntilTaken(sender, photo, statuses, { longestWait: 3 }))),
  );
  return { taken: statuses.filter((status) => status === 303).length, slowest, peak: memory.stop() };
};

// 4:2:0 is decoded at once; 4:4:4 in pieces, one after the other: more of them take longer, not more memory (the bench sends sixteen).
test.each([
  ['4:2:0', 16],
  ['4:4:4', 8],
] as const)(
  'R4: progressive JPEGs of 48 megapixels (%s), %i at once: all are taken, health answers, memory stays below 512 MiB',
  async (sampling, count) => {
    const { taken, slowest, peak } = await sendAtOnce(await costlyPhoto(sampling), count);
    expect(taken).toBe(count);
    expect(slowest).toBeLessThan(1000);
    expect(peak).toBeGreaterThan(200); // it was seen at work
    expect(peak).toBeLessThan(512);
  },
  180_000,
);

test('R4: large AVIFs at once: all are taken, memory stays below 512 MiB', async () => {
  const avif = await scene(6000, 4000).avif({ effort: 0, chromaSubsampling: '4:4:4' }).toBuffer();
  const { taken, slowest, peak } = await sendAtOnce(avif, 4);
  expect(taken).toBe(4);
  expect(slowest).toBeLessThan(1000);
  expect(peak).toBeLessThan(512);
}, 180_000);

test('R4: no picture is decoded in the web process: the library is not even loaded there', async () => {
  const [sender] = senders;
  if (!sender) throw new Error('no sender');
  expect((await sendPhoto(sender, await plain(600, 800).jpeg().toBuffer())).status).toBe(303);
  const loads = (pid: number) => /libvips|sharp/.test(readFileSync(`/proc/${pid}/maps`, 'utf8'));
  const decoders = decodersOf(service.pid);
  expect(decoders).toHaveLength(1);
  expect(decoders.map(loads)).toEqual([true]);
  expect(loads(service.pid)).toBe(false);
});

test('R58: a decoder that is killed again and again loses no photo, and none is left when the service stops', async () => {
  const photo = await plain(2000, 1500).jpeg().toBuffer();
  const kills = { over: false };
  const killing = (async () => {
    while (!kills.over) {
      await wait(400);
      for (const pid of decodersOf(service.pid)) process.kill(pid, 'SIGKILL');
    }
  })();
  const statuses: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(senders.slice(0, 4).map((sender) => sendUntilTaken(sender, photo, statuses, { longestWait: 3 })));
  }
  kills.over = true;
  await killing;
  expect(statuses.filter((status) => status === 303)).toHaveLength(12);
  const left = decodersOf(service.pid);
  process.kill(service.pid, 'SIGINT');
  expect(await service.exited).toMatchObject({ code: 0 });
  for (const pid of left) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await home.doctor()).toMatchObject({ orphan_files: 0, rows_without_file: 0, checksum_mismatches: 0 });
});
