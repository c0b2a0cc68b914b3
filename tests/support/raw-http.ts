import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type RawAnswer = {
  /** 0: the connection ended without an answer. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
  /** All the bytes of the body that the headers promised arrived. */
  whole: boolean;
  /** Statuses of the 1xx answers before. */
  interim: number[];
  /** What the socket reported, ECONNRESET for instance. */
  error?: string;
  ms: number;
};

type Pieces = Iterable<Buffer | string> | AsyncIterable<Buffer | string>;
type Options = {
  port: number;
  pieces: Pieces;
  /** Reads nothing before everything is sent, as some clients do. */
  readLate?: boolean;
  /** After the last piece: leave the connection open, close our side of it, or tear it down. */
  then?: 'stay' | 'half-close' | 'destroy';
  /** Milliseconds after which the test gives up. */
  patience?: number;
};

/** Sends bytes as they are and gives the answer as it came; for requests that no HTTP client would make. */
export const sendRaw = async ({
  port,
  pieces,
  readLate = false,
  then = 'stay',
  patience = 40_000,
}: Options): Promise<RawAnswer> => {
  const from = performance.now();
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let error: string | undefined;
  socket.on('error', (fault: NodeJS.ErrnoException) => (error = fault.code ?? fault.message));
  await once(socket, 'connect');
  const chunks: Buffer[] = [];
  let answer = parse(Buffer.alloc(0));
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      answer = parse(Buffer.concat(chunks));
      if (answer.whole) resolve();
    });
    socket.once('end', resolve).once('close', () => resolve());
  });
  if (readLate) socket.pause();
  for await (const piece of pieces) {
    if (socket.destroyed || answer.whole) break;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => undefined), answered]);
  }
  if (then === 'half-close') socket.end();
  if (then === 'destroy') socket.destroy();
  socket.resume();
  const late = AbortSignal.timeout(patience);
  await Promise.race([answered, once(late, 'abort')]);
  socket.destroy();
  return { ...answer, ...(error ? { error } : {}), ms: performance.now() - from };
};

const parse = (bytes: Buffer): Omit<RawAnswer, 'ms' | 'error'> => {
  const interim: number[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { status: 0, headers: {}, body: '', whole: false, interim };
    const [first = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    rest = rest.subarray(end + 4);
    const status = Number(first.split(' ')[1]);
    if (status < 200) {
      interim.push(status);
      continue;
    }
    const headers = Object.fromEntries(lines.map(splitHeader));
    return { status, headers, interim, ...bodyOf(headers, rest) };
  }
};

const splitHeader = (line: string): [string, string] => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
};

const bodyOf = (headers: Record<string, string>, rest: Buffer): { body: string; whole: boolean } => {
  if (headers['transfer-encoding'] === 'chunked') {
    const parts: Buffer[] = [];
    for (let at = 0; ;) {
      const end = rest.indexOf('\r\n', at);
      const size = end === -1 ? Number.NaN : Number.parseInt(rest.subarray(at, end).toString('latin1'), 16);
      if (Number.isNaN(size)) return { body: Buffer.concat(parts).toString(), whole: false };
      if (size === 0) return { body: Buffer.concat(parts).toString(), whole: true };
      parts.push(rest.subarray(end + 2, end + 2 + size));
      at = end + 2 + size + 2;
    }
  }
  const length = Number(headers['content-length'] ?? 0);
  return { body: rest.subarray(0, length).toString(), whole: rest.length >= length };
};

/** `bytes` in pieces of `size`, `ms` apart. */
export async function* slowly(bytes: Buffer, { size, ms }: { size: number; ms: number }): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await wait(ms);
  }
}

/** `bytes` as HTTP chunks of `size`. */
export function* chunked(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield asChunk(bytes.subarray(at, at + size));
  yield Buffer.from('0\r\n\r\n');
}

/** HTTP chunks that never end: `start`, then `size` bytes again and again. */
export function* endless(start: Buffer, size: number): Generator<Buffer> {
  yield asChunk(start);
  const more = asChunk(Buffer.alloc(size, 'x'));
  for (;;) yield more;
}

const asChunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
