import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { compressImage } from '../../src/photos/compress-image.ts';
import type { Compressed } from '../../src/photos/compress-image.ts';
import { inspectImage } from '../../src/photos/inspect-image.ts';

/** A folder for the pictures of one test file, and what becomes of an upload in steps 4 and 5. */
export const usePictureFolder = () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Every file is called .jpg: the name must not matter. */
  const save = async (bytes: Buffer): Promise<string> => {
    const path = join(folder, `${crypto.randomUUID()}.jpg`);
    await writeFile(path, bytes);
    return path;
  };

  const take = async (bytes: Buffer) => {
    const path = await save(bytes);
    const seen = await inspectImage(path);
    return seen.ok ? compressImage(path, seen.value) : seen;
  };

  const taken = async (bytes: Buffer): Promise<Compressed> => {
    const image = await take(bytes);
    if (!image.ok) throw new Error(`refused: ${image.reason}`);
    return image.value;
  };

  return { save, take, taken };
};

/** Each colour is within `tolerance` of the expected one in each channel. */
export const expectColours = (
  actual: number[][],
  expected: readonly (readonly number[])[],
  tolerance: number,
): void => {
  const distances = expected.flatMap((colour, i) =>
    colour.map((value, c) => Math.abs(value - (actual[i]?.[c] ?? -999))),
  );
  const message = `${JSON.stringify(actual)} should be ${JSON.stringify(expected)}`;
  expect(Math.max(...distances), message).toBeLessThanOrEqual(tolerance);
};

/** CPU time of this process in ms since `before`: what a picture costs, whatever else the machine does. */
export const cpuMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
