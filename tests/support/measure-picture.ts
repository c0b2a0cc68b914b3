// Run as a process of its own: what does it cost to inspect the picture named on the command line, and to compress it if it is taken?
import { rm, writeFile } from 'node:fs/promises';
import { compressImage } from '../../src/photos/compress-image.ts';
import { inspectImage } from '../../src/photos/inspect-image.ts';
import { scene } from './pictures.ts';

const take = async (path: string) => {
  const before = process.cpuUsage();
  const seen = await inspectImage(path);
  const { user, system } = process.cpuUsage(before);
  const inspectMs = (user + system) / 1000; // not the wall's: other processes must not matter
  const image = seen.ok ? await compressImage(path, seen.value) : seen;
  return { inspected: seen.ok ? 'taken' : seen.reason, inspectMs, compressed: image.ok ? 'taken' : image.reason };
};

const path = process.argv[2] ?? '';
const warmUp = `${path}.warm-up`;
await writeFile(warmUp, await scene().png().toBuffer());
await take(warmUp);
await rm(warmUp);

const before = process.memoryUsage.rss();
const taken = await take(path);
const grownMb = (process.resourceUsage().maxRSS * 1024 - before) / 1e6; // maxRSS: the highest so far, in KiB
process.stdout.write(JSON.stringify({ ...taken, grownMb }));
