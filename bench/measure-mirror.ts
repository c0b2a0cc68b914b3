import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type FaultyS3, startFaultyS3 } from '../tests/support/faulty-s3.ts';
import { addSenders } from '../tests/support/office.ts';
import { scene } from '../tests/support/pictures.ts';
import { S3_CREDENTIALS } from '../tests/support/s3.ts';
import { sendPhoto } from '../tests/support/sender.ts';
import type { Row } from './row.ts';
import { startService } from './service.ts';

/** Of the pace of a bare loop of the SDK: rows are read and written, and files hashed, too. */
const TARGET = 0.5;

/** Photos a second that a mirror copies when S3 is back after `count` photos came, beside a bare loop that puts the same bytes. */
export const measureMirror = async (count: number): Promise<Row> => {
  const s3 = await startFaultyS3();
  const service = await startService('off', { ...s3.env, ...S3_CREDENTIALS, STORAGE: 'mirror' });
  try {
    const photo = await scene(900, 1200).jpeg().toBuffer();
    const senders = await addSenders(service.url, count);
    s3.fail('down');
    for (const sender of senders) await sendPhoto(sender, photo);
    s3.heal();
    const ours = await paceOf(s3, count);
    const sizes = await sizesIn(s3);
    const bare = await bareLoop(s3, count, sizes);
    const ratio = ours / bare;
    return {
      what: `mirror backlog drain, ${count} photos`,
      measured: `${ours.toFixed(0)} photos/s`,
      yardstick: `bare SDK loop ${bare.toFixed(0)} photos/s`,
      ratio: ratio.toFixed(2),
      target: `>= ${TARGET}`,
      met: ratio >= TARGET,
    };
  } finally {
    await service.stop();
    await s3.stop();
  }
};

/** From the first put of a photo that S3 sees to the last. */
const paceOf = async (s3: FaultyS3, count: number): Promise<number> => {
  const isPut = ({ method, path }: FaultyS3['requests'][number]) => method === 'PUT' && path.includes('/photos/');
  const puts = () => s3.requests.filter(isPut).length;
  s3.requests.length = 0;
  while (puts() === 0) await wait(5);
  const began = performance.now();
  while (puts() < 3 * count) await wait(5);
  return count / ((performance.now() - began) / 1000);
};

/** The mean sizes of the three files of a photo. */
const sizesIn = async (s3: FaultyS3): Promise<number[]> => {
  const sums = new Map<string, { n: number; bytes: number }>();
  for (const { key, bytes } of await s3.objects()) {
    const kind = /photos\/[^.]+(\..+)$/.exec(key)?.[1];
    if (kind === undefined) continue;
    const { n, bytes: before } = sums.get(kind) ?? { n: 0, bytes: 0 };
    sums.set(kind, { n: n + 1, bytes: before + bytes });
  }
  return [...sums.values()].map(({ n, bytes }) => Math.round(bytes / n));
};

/** In a process of its own, as the service is. */
const bareLoop = async ({ endpoint, bucket }: FaultyS3, count: number, sizes: number[]): Promise<number> => {
  const args = ['bench/yardstick-s3.ts', endpoint, bucket, String(count), sizes.join()];
  const env = { ...S3_CREDENTIALS, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return Number(stdout);
};
