import {
  chmodSync,
  closeSync,
  copyFileSync,
  fchmodSync,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';

const MAX_BYTES = 1_000_000;
const LOOK_EVERY_MS = 60_000;

/** Opens the server's log for appending, 0600. The server inherits the descriptor and needs no right to the file. */
export const openServerLog = (path: string) => {
  const fd = openSync(path, 'a', 0o600);
  fchmodSync(fd, 0o600);
  const start = fstatSync(fd).size;
  return {
    fd,
    close: () => closeSync(fd),
    /** What the server wrote since. */
    read: () => readFileSync(path).subarray(start).toString(),
  };
};

/**
 * Copies a log that has grown past `maxBytes` to `path`.1 and empties it: the file and its predecessor
 * stay small. The server appends (O_APPEND), so it goes on at the new end.
 */
export const boundLog = (path: string, maxBytes = MAX_BYTES): void => {
  try {
    if (statSync(path).size <= maxBytes) return;
    copyFileSync(path, `${path}.1`);
    chmodSync(`${path}.1`, 0o600);
    truncateSync(path);
  } catch {
    // There is no log yet, or it belongs to another user who bounds it; a log is no reason to stop.
  }
};

/** Keeps the log bounded from now on; gives the function that ends it. */
export const keepLogBounded = (path: string): (() => void) => {
  boundLog(path);
  const timer = setInterval(() => boundLog(path), LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
};
