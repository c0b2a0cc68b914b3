import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { RawAnswer } from './raw-http.ts';
import { type Sender, sendPhoto } from './sender.ts';

/** Seconds that the page's script waits at most before it tries again. */
const LONGEST_WAIT = 30;

type Options = {
  tries?: number;
  /** In seconds. */
  longestWait?: number;
  /** Holds each request back until it may go: who waits for another try holds nobody up. */
  inTurn?: (work: () => Promise<RawAnswer>) => Promise<RawAnswer>;
};

/**
 * Sends one photo until it is taken, as the page's script does: a 503 says after how many seconds to come again. Notes each
 * answer's status in `statuses`. Throws at any other answer, and when it was not taken in `tries`.
 */
export const sendUntilTaken = async (
  sender: Sender,
  bytes: Buffer,
  statuses: number[],
  { tries = 60, longestWait = LONGEST_WAIT, inTurn = (work) => work() }: Options = {},
): Promise<void> => {
  const uploadId = randomUUID();
  for (let left = tries; left > 0; left -= 1) {
    const { status, headers, error } = await inTurn(() => sendPhoto(sender, bytes, { uploadId }));
    statuses.push(status);
    if (status === 303) return;
    const seconds = Number(headers['retry-after']);
    if (status !== 503 || !(seconds > 0))
      throw new Error(`answered ${status}${error ? ` (${error})` : ''}, to come back in ${seconds} s`);
    await wait(Math.min(seconds, longestWait) * 1000);
  }
  throw new Error('never taken');
};
