import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { residentOf, watchResident } from '../tests/support/decoders-of.ts';
import { addSenders } from '../tests/support/office.ts';
import { grainy } from '../tests/support/pictures.ts';
import { type Sender, sendPhoto } from '../tests/support/sender.ts';
import { cpuOf, faceCheckerOf } from './processes.ts';
import { plainRow, type Row } from './row.ts';
import type { Service } from './service.ts';

/** A 12-megapixel JPEG of about 3 MB, as a phone makes it; `p3` with Apple's colours. */
export const phonePhoto = async (colours: 'srgb' | 'p3'): Promise<Buffer> => {
  const photo = (await grainy(4000, 3000)).jpeg({ quality: 88 });
  return (colours === 'p3' ? photo.withIccProfile('p3') : photo).toBuffer();
};

/** CPU milliseconds per photo of a bare script that hashes the file and makes the same outputs with one decode. */
const measureYardstick = (photo: Buffer, count: number): number => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-yardstick-'));
  try {
    const path = join(dir, 'photo.jpg');
    writeFileSync(path, photo);
    const { stdout } = spawnSync(process.execPath, ['bench/yardstick-photo.ts', path, String(count)], {
      env: { PATH: '/usr/bin:/bin', MALLOC_ARENA_MAX: '2' },
      encoding: 'utf8',
    });
    return Number(stdout);
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const send = async (sender: Sender, photo: Buffer): Promise<void> => {
  const { status } = await sendPhoto(sender, photo);
  if (status !== 303) throw new Error(`an upload was answered ${status}`);
};

/** Each of them sends the photo once, two at a time; calls `each` after every one. */
const sendTwoAtATime = async (senders: Sender[], photo: Buffer, each = (): void => undefined): Promise<void> => {
  const left = [...senders];
  const sendOn = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      await send(next, photo);
      each();
    }
  };
  await Promise.all([sendOn(), sendOn()]);
};

/** After so many photos V8 has compiled what an upload runs: the first hundred take 5 CPU-ms more each than those after the third hundred. */
const WARM_UP = 300;
/** Ours and the yardstick take turns, so that a machine that gets slower meanwhile slows both. */
const ROUNDS = 10;

/** CPU of service and decoder per photo, while as many parents send one each, beside the yardstick's. */
export const measureUpload = async (service: Service, count: number, colours: 'srgb' | 'p3'): Promise<Row> => {
  const photo = await phonePhoto(colours);
  const senders = await addSenders(service.url, WARM_UP + count);
  await sendTwoAtATime(senders.splice(0, WARM_UP), photo);
  let [ours, yardstick] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = cpuOf(service.pid);
    await sendTwoAtATime(senders.splice(0, count / ROUNDS), photo);
    ours += (cpuOf(service.pid) - before) / count;
    yardstick += measureYardstick(photo, count / ROUNDS) / ROUNDS;
  }
  const name = { srgb: 'sRGB', p3: 'Display P3' }[colours];
  return {
    what: `upload of a 12-Mpx photo (${name}, ${(photo.length / 1e6).toFixed(1)} MB), service and decoder`,
    measured: `${ours.toFixed(1)} CPU-ms`,
    yardstick: `${yardstick.toFixed(1)} CPU-ms`,
    ratio: (yardstick / ours).toFixed(2),
    target: 'yardstick / measured >= 0.90',
    met: yardstick / ours >= 0.9,
  };
};

/** CPU of the face checker per photo, and the most memory that it held. */
export const measureFaceCheck = async (service: Service, count: number): Promise<Row> => {
  const photo = await phonePhoto('srgb');
  const [first, ...senders] = await addSenders(service.url, 1 + count);
  await sendTwoAtATime(first ? [first] : [], photo); // loads the models
  const before = faceCheckerOf(service.pid).cpu;
  await sendTwoAtATime(senders, photo);
  const after = faceCheckerOf(service.pid);
  const cpu = (after.cpu - before) / count;
  const { peakRss } = after;
  return plainRow(
    'face check of a photo without a face, in a process of its own',
    `${cpu.toFixed(0)} CPU-ms, ${peakRss.toFixed(0)} MiB at most`,
    'memory <= 600 MiB',
    peakRss > 0 && peakRss <= 600,
  );
};

/** Photos after which memory may not grow any more. */
const SETTLED = 200;

/** Memory of service and decoder while `count` photos of 12 megapixels come, two at a time. */
export const measureMemory = async (service: Service, count: number): Promise<Row[]> => {
  const photo = await phonePhoto('srgb');
  const senders = await addSenders(service.url, count);
  const held: number[] = [];
  const memory = watchResident(service.pid);
  await sendTwoAtATime(senders, photo, () => held.push(residentOf(service.pid)));
  const peak = memory.stop();
  const growth = slopeOf(held.slice(SETTLED)) * (count - SETTLED);
  const what = `memory of service and decoder, ${count} uploads of 12 Mpx, two at a time`;
  return [
    plainRow(`${what}: the most`, `${peak.toFixed(0)} MiB`, '<= 256 MiB', peak <= 256),
    plainRow(
      `${what}: growth after the first ${SETTLED} (slope of a line through what each upload left)`,
      `${growth.toFixed(1)} MiB`,
      '< 5 MiB',
      growth < 5,
    ),
  ];
};

/** By how much each value is higher than the one before it, by least squares. */
const slopeOf = (values: number[]): number => {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const over = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0);
  const under = values.reduce((sum, _value, i) => sum + (i - middle) ** 2, 0);
  return over / under;
};
