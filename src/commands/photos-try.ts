import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Decoder, makeDecoder } from '../photos/decoder.ts';
import type { Inspected } from '../photos/inspect-image.ts';
import { type BareCommand, type Said, UsageError } from './command.ts';

const MIB = 1024 * 1024;

type Tried = {
  file: string;
  bytes: number;
  says: string;
  format: string | null;
  size: string | null;
  kept: string | null;
  ms: number;
  expectedMs: number | null;
  peakMib: number | null;
};

export const photosTryCommand: BareCommand = {
  usage: 'photos:try FOLDER',
  summary:
    'says for each file of a folder what the service would make of it as a photo, how long that takes, and its memory; keeps nothing',
  options: {},
  runBare: async ({ logger }, given) => {
    const [folder] = given.words;
    if (folder === undefined || given.words.length > 1) throw new UsageError('name one folder');
    const names = await readdir(folder, { withFileTypes: true }).catch(() => {
      throw new UsageError('there is no such folder');
    });
    const decoder = makeDecoder({ logger });
    try {
      await decoder.warmUp();
      const tried: Tried[] = [];
      const files = names.filter((name) => name.isFile()).map(({ name }) => name);
      for (const name of files.sort()) tried.push(await tryOne(decoder, resolve(join(folder, name)), name));
      return report(tried);
    } finally {
      await decoder.stop();
    }
  },
};

const tryOne = async (decoder: Decoder, path: string, file: string): Promise<Tried> => {
  const { size: bytes } = await stat(path);
  await forgetPeaks(decoder.pids());
  const peak = watchPeak(decoder);
  const began = performance.now();
  const seen = await decoder.inspect(path);
  const image = seen.ok ? await compressAway(decoder, path, seen.value) : seen;
  const ms = Math.round(performance.now() - began);
  const damaged = image.ok && image.value.mayBeDamaged ? ', may be damaged' : '';
  return {
    ...{ file, bytes, says: image.ok ? `taken${damaged}` : image.reason, ms, peakMib: await peak() },
    format: seen.ok ? seen.value.format : null,
    size: seen.ok ? `${seen.value.width}x${seen.value.height}` : null,
    kept: image.ok ? `${image.value.width}x${image.value.height}` : null,
    expectedMs: seen.ok ? Math.round(seen.value.cost.ms) : null,
  };
};

/** Compresses a picture as an upload, and throws away what becomes of it. */
const compressAway = async (decoder: Decoder, path: string, seen: Inspected) => {
  const folder = await mkdtemp(join(tmpdir(), 'photos-try-'));
  try {
    const [full, thumb, portrait] = [join(folder, 'full'), join(folder, 'thumb'), join(folder, 'portrait')];
    return await decoder.compress(path, seen, { full, thumb, portrait });
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Lets the system count the peaks of these processes anew (Linux). */
const forgetPeaks = async (pids: number[]): Promise<void> => {
  await Promise.all(pids.map((pid) => writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined)));
};

const LOOK_MS = 20;

/** Watches the decoder's processes; gives their peaks together in MiB, null where the system does not tell. */
const watchPeak = (decoder: Decoder) => {
  const peaks = new Map<number, number>();
  const look = async () => {
    for (const pid of decoder.pids()) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      const kib = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
      peaks.set(pid, Math.max(peaks.get(pid) ?? 0, kib * 1024));
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return async (): Promise<number | null> => {
    await look();
    clearInterval(timer);
    const total = [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
    return total === 0 ? null : Math.round(total / MIB);
  };
};

const HEAD = ['file', 'MB', 'says', 'format', 'size', 'kept', 'ms', 'expected', 'peak MiB'];

const report = (tried: Tried[]): Said => {
  const rows = tried.map((one) =>
    [
      ...[one.file, (one.bytes / 1e6).toFixed(2), one.says, one.format, one.size, one.kept],
      ...[one.ms, one.expectedMs, one.peakMib],
    ].map((cell) => String(cell ?? '')),
  );
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const taken = tried.filter(({ kept }) => kept !== null).length;
  const files = tried.map((one) => ({
    ...{ file: one.file, bytes: one.bytes, says: one.says, format: one.format, size: one.size, kept: one.kept },
    ...{ ms: one.ms, expected_ms: one.expectedMs, peak_mib: one.peakMib },
  }));
  return { text: [...lines, `${taken} of ${tried.length} taken`].join('\n'), json: { taken, files } };
};
