// A photo's journey ④ and ⑤ happen in a process of their own, and the writing of ⑥
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import type { Logger } from '../platform/logger.ts';
import { makeSideProcess, SideProcessFailed } from '../platform/side-process.ts';
import { Refused } from '../shared/errors.ts';
import type { Result } from '../shared/result.ts';
import type { DecoderAsk, NotWritten } from './decoder-process.ts';
import type { Inspected, Refusal } from './inspect-image.ts';
import type { NewFiles } from './photo-staging.ts';
import type { PortraitCrop } from './portrait-crop.ts';
import { makeTakeTurns } from './take-turns.ts';
import type { Written } from './write-compressed.ts';

type Deps = {
  logger: Logger;
  /** The program; tests hand in one that misbehaves. */
  script?: URL;
  inspectMs?: number;
  compressMs?: number;
  /** For writing what was compressed. */
  writeMs?: number;
};

const MIB = 1024 * 1024;
/** Resident bytes of a decoder beyond which it is ended: its own 80 MiB and the largest picture (picture-cost.ts). */
const MAX_RSS = 460 * MIB;
/** A header is read in 2 ms; a machine that is this late has stopped answering. */
const INSPECT_MS = 5000;
/** R4: no picture takes longer. */
const COMPRESS_MS = 15_000;
/** Seconds until a decoder that was killed is there again. */
const CROP_AGAIN_S = 5;

/**
 * Inspects and compresses pictures in a process beside the service, so that one that hangs, crashes or takes too much memory
 * ends that process and nothing else (docs/adr/0012-pictures-decoded-in-a-process-apart.md). `'busy'`: it was not the
 * picture's fault, or nobody's; it may come again. What a file that cannot be
 * read or written throws, is thrown.
 */
export const makeDecoder = ({ logger, script, inspectMs = INSPECT_MS, compressMs = COMPRESS_MS, writeMs }: Deps) => {
  const cache = getCompileCacheDir(); // a folder for this version of Node in the one that NODE_COMPILE_CACHE names
  const options = {
    script: script ?? new URL('./decoder-process.ts', import.meta.url),
    env: {
      UV_THREADPOOL_SIZE: String(availableParallelism() + 4), // decodes must not keep the headers waiting
      // What a picture took goes back to the system when it is done: 113 MiB after a hundred pictures instead of 150 to 370. The
      // strips that it is read in stay: with 128 KiB instead of 1 and 4 MiB they come anew a thousand pages a photo, 3 CPU-ms.
      ...{ MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '1048576', MALLOC_TRIM_THRESHOLD_: '4194304' },
      ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) }), // without it TypeScript's parser is loaded, 20 MiB
    },
    execArgv: ['--min-semi-space-size=1', '--max-semi-space-size=1'], // little of its memory is JavaScript
    maxRss: MAX_RSS,
    ...(writeMs === undefined ? {} : { afterwardsMs: writeMs }),
    logger,
  };
  /** Takes whatever comes, several at once, and stays. */
  const shared = makeSideProcess({ ...options, name: 'decoder', idleMs: Infinity });
  /** Takes one picture and ends with it: HEIC, whose library keeps its memory, what is decoded in pieces, for seconds, and those under suspicion. */
  const single = makeSideProcess({ ...options, name: 'decoder-single', asksPerLife: 1 });
  const inspectInTurn = makeTakeTurns(availableParallelism());
  const cropInTurn = makeTakeTurns(1);
  const singleInTurn = makeTakeTurns(1);
  const company = makeCompany();

  const askShared = async (ask: DecoderAsk, ms: number): Promise<Attempt> => {
    const stay = company.enter();
    const answer = await attempt(shared.ask(ask, ms)).finally(stay.leave);
    return answer.ok ? answer : { ...answer, wasAlone: !stay.hadCompany() };
  };
  const askSingle = (ask: DecoderAsk, ms: number): Promise<Attempt> =>
    singleInTurn(async () => ({ ...(await attempt(single.ask(ask, ms))), wasAlone: true }));

  /** Once more where another picture was the cause, then by itself: a picture is refused only for what it did alone. */
  const settle = async (ask: DecoderAsk, ms: number): Promise<Settled> => {
    let last = await askShared(ask, ms);
    if (!last.ok && (last.reason === 'disturbed' || last.reason === 'killed')) last = await askShared(ask, ms);
    if (!last.ok && !isNobodysFault(last) && !isGuilty(last)) last = await askSingle(ask, ms);
    return verdict(last);
  };

  return {
    inspect: async (path: string): Promise<Result<Inspected, Refusal | 'busy'>> => {
      const settled = await inspectInTurn(() => settle({ do: 'inspect', path }, inspectMs));
      return settled.ok ? (settled.value as Result<Inspected, Refusal>) : settled;
    },

    /** Writes the pictures `to` these paths; what is there when it is not ok, or rejects, is the caller's to remove. */
    compress: async (path: string, seen: Inspected, to: NewFiles): Promise<Result<Written, Refusal | 'busy'>> => {
      const ask = { do: 'compress', path, seen, to } as const;
      const isHeic = seen.format === 'heic';
      const isSingle = isHeic || seen.inPieces;
      const settled = isSingle ? verdict(await askSingle(ask, compressMs)) : await settle(ask, compressMs);
      const outcome = settled.ok ? (settled.value as Result<Written, 'unreadable'> | NotWritten) : settled;
      if (outcome.ok) return outcome;
      if (outcome.reason === 'not-written') throw asSystemError(outcome);
      return isHeic && outcome.reason === 'unreadable' ? { ok: false, reason: 'heic' } : outcome;
    },

    /**
     * Cuts a portrait out of a photo's stored full JPEG (crop-portrait.ts), one at a time: parents wait for nobody of the staff.
     * Undefined when it is no whole picture, or the crop is not inside it; throws Refused('unavailable') when the process was ended from
     * outside.
     */
    cropPortrait: async (full: Buffer, crop: PortraitCrop): Promise<Buffer | undefined> => {
      const cut = await cropInTurn(() => settle({ do: 'crop-portrait', full, crop }, inspectMs));
      if (!cut.ok && cut.reason === 'busy') throw new Refused('unavailable', { retryAfter: CROP_AGAIN_S });
      return cut.ok && cut.value !== undefined ? asBuffer(cut.value as Uint8Array) : undefined;
    },

    /** Starts the process, so that the first photo need not wait for it; rejects with SideProcessFailed. */
    warmUp: (): Promise<unknown> => shared.ask({ do: 'warm-up' } satisfies DecoderAsk, compressMs),

    /** Process ids of what runs at the moment. */
    pids: (): number[] => [shared.pid(), single.pid()].filter((pid) => pid !== undefined),

    /** Ends the processes for good; what they do is answered 'busy'. */
    stop: async (): Promise<void> => {
      await Promise.all([shared.stop(), single.stop()]);
    },
  };
};

export type Decoder = ReturnType<typeof makeDecoder>;

type Attempt = { ok: true; value: unknown } | { ok: false; reason: SideProcessFailed['reason']; wasAlone: boolean };
type Settled = Result<unknown, 'unreadable' | 'busy'>;

/** A decode that threw is a surprise and thrown on: the file is gone, or the disk broken. */
const attempt = async (
  asked: Promise<unknown>,
): Promise<{ ok: true; value: unknown } | { ok: false; reason: SideProcessFailed['reason'] }> => {
  try {
    return { ok: true, value: await asked };
  } catch (error) {
    if (error instanceof SideProcessFailed && error.reason !== 'threw') return { ok: false, reason: error.reason };
    throw error;
  }
};

/** Whoever was alone took the time or the memory by itself. A death has other causes too: it is looked at once more. */
const isGuilty = ({ reason, wasAlone }: { reason: SideProcessFailed['reason']; wasAlone: boolean }): boolean =>
  wasAlone && (reason === 'timeout' || reason === 'memory');

/** The service stops, or the disk has stalled: another attempt would end in the same way. */
const isNobodysFault = ({ reason }: { reason: SideProcessFailed['reason'] }): boolean =>
  reason === 'stopped' || reason === 'late';

const verdict = (last: Attempt): Settled => {
  if (last.ok) return last;
  return { ok: false, reason: isNobodysFault(last) || last.reason === 'killed' ? 'busy' : 'unreadable' };
};

/** Who was in the process at the same time as others. */
const makeCompany = () => {
  const present = new Set<{ hadCompany: boolean }>();
  return {
    enter: () => {
      const guest = { hadCompany: present.size > 0 };
      for (const other of present) other.hadCompany = true;
      present.add(guest);
      return { hadCompany: () => guest.hadCompany, leave: () => void present.delete(guest) };
    },
  };
};

/** As the file system would have told it here. */
const asSystemError = ({ code }: NotWritten): Error =>
  Object.assign(new Error(`a picture could not be written: ${code}`), { code });

/** Bytes come out of the process as plain arrays. */
const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
