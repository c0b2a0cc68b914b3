import type { Result } from '../shared/result.ts';

/** What a part says; `away`: it failed, or has not answered in time. */
export type Answer<T> = Result<T, 'away'>;

type Options = {
  deadlineMs?: number;
  /** Hears of what it failed with. */
  hear?: (error: unknown) => void;
};

/** Who asks waits so long for a part that hangs, and then says so. */
const DEADLINE_MS = 2000;
/** After so long a part that hangs is given up and asked anew: it may never answer. */
const ASK_AGAIN_MS = 30_000;
const AWAY = { ok: false, reason: 'away' } as const;

/** Asks a part of the service; never rejects, and is there within the deadline. One that hangs is asked once in a while only, however many people look meanwhile. */
export const makeAskPart = <T>(load: () => Promise<T>, { deadlineMs = DEADLINE_MS, hear }: Options = {}) => {
  let asked: { at: number; answer: Promise<Answer<T>> } | undefined;
  const ask = async (): Promise<Answer<T>> => {
    try {
      return { ok: true, value: await load() };
    } catch (error) {
      hear?.(error);
      return AWAY;
    }
  };
  const askAnew = () => {
    const mine = { at: performance.now(), answer: ask() };
    void mine.answer.then(() => {
      if (asked === mine) asked = undefined;
    });
    return mine;
  };
  return async (): Promise<Answer<T>> => {
    if (!asked || performance.now() - asked.at > ASK_AGAIN_MS) asked = askAnew();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof AWAY>((resolve) => {
      timer = setTimeout(() => resolve(AWAY), deadlineMs);
    });
    return Promise.race([asked.answer, late]).finally(() => clearTimeout(timer));
  };
};
