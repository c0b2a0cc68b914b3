import { write, writeSync } from 'node:fs';

/** How long a reader who does not keep up is left alone before the next try. */
const AGAIN_MS = 100;
/** As long as the end of the process waits for such a reader. */
const LAST_MS = 5000;

/**
 * Writes text to a descriptor (a pipe, mostly), in order, and never waits for whoever reads it. Nothing is written any more once nobody
 * reads it or the descriptor is broken: a service goes on without its log, and ends without it. `end` writes what waits, at
 * `process.exit`; what is being written at that moment is left to the system.
 */
export const makeFdWriter = (fd: number) => {
  let waiting = '';
  let isWriting = false;
  /** What the reader has not taken of the last batch. */
  let rest: Buffer = Buffer.alloc(0);
  let isBroken = false;

  const takeAll = (): Buffer => {
    const all = waiting === '' ? rest : Buffer.concat([rest, Buffer.from(waiting)]);
    [waiting, rest] = ['', Buffer.alloc(0)];
    return all;
  };

  const breakOff = (): void => {
    isBroken = true;
    takeAll();
  };

  const next = (): void => {
    if (isWriting) return;
    const batch = takeAll();
    if (batch.length === 0) return;
    isWriting = true;
    write(fd, batch, (error, written) => {
      isWriting = false;
      rest = batch.subarray(error ? 0 : written);
      if (!error) next();
      else if (isBusy(error)) setTimeout(next, AGAIN_MS).unref();
      else breakOff();
    });
  };

  return {
    write: (text: string): void => {
      if (isBroken) return;
      waiting += text;
      next();
    },
    end: (): void => {
      const until = performance.now() + LAST_MS;
      let left = takeAll();
      while (left.length > 0 && performance.now() < until) {
        try {
          left = left.subarray(writeSync(fd, left));
        } catch (error) {
          if (!isBusy(error)) return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, AGAIN_MS);
        }
      }
    },
  };
};

/** The pipe is full. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
