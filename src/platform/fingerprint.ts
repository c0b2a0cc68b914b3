import { createHash } from 'node:crypto';
import { describeError } from './logger.ts';

/** What tells one kind of error from another: nothing of its message, which may quote names, links and paths. */
export type Fingerprint = { fingerprint: string; type: string; code: string | null };

/** Frames of ours that count; deeper ones tell of the way there. */
const FRAMES = 3;
/** A frame of ours: the function's name, where it has one, and its file below src/. Lines move with each release and do not count. */
const OURS = /^\s+at (?:async )?(?:(\S+) .*?\(?)?(?:file:\/\/)?\/(?:[^():]*\/)?(src\/[\w./-]+\.ts):\d+:\d+\)?$/;

/** The same for each error of one kind: type, code, and where in our code it was thrown; without a frame of ours, `place`. */
export const fingerprintOf = (error: unknown, place: string): Fingerprint => {
  const { type, code, stack = '' } = describeError(error);
  const frames = stack.split('\n').flatMap((line) => {
    const [, called = '', file] = OURS.exec(line) ?? [];
    return file === undefined ? [] : [`${called} ${file}`];
  });
  const where = frames.length > 0 ? frames.slice(0, FRAMES) : [place];
  const kind = { type: word(type) ?? 'Error', code: word(code) };
  const hash = createHash('sha256').update(JSON.stringify([kind.type, kind.code, ...where]));
  return { ...kind, fingerprint: hash.digest('hex').slice(0, 8) };
};

/** Types and codes are words; what is none may quote something. */
const word = (text: string | undefined): string | null => (/^[\w.$-]{1,60}$/.exec(text ?? '') ? (text ?? null) : null);
