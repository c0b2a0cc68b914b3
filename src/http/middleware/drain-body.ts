import type { Request } from 'express';

/**
 * Reads what a client still sends and keeps no byte of it, at most `bytes` and for at most `ms`. A browser that is
 * answered while it sends shows 'connection reset' instead of our page; after the bound it may. True: all was read.
 */
export const drainBody = (req: Request, { bytes, ms }: { bytes: number; ms: number }): Promise<boolean> =>
  new Promise((resolve) => {
    if (req.readableEnded || req.destroyed || req.complete) {
      req.resume();
      resolve(true);
      return;
    }
    let left = bytes;
    const finish = (whole: boolean) => () => {
      clearTimeout(timer);
      req.off('data', count).off('end', ended).off('close', closed).off('error', closed);
      if (whole) req.resume();
      else req.pause();
      resolve(whole);
    };
    const ended = finish(true);
    const closed = finish(false);
    const count = (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) closed();
    };
    const timer = setTimeout(closed, ms);
    req.on('data', count).once('end', ended).once('close', closed).once('error', closed);
    req.resume();
  });
