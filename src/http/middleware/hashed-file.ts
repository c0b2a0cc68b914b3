import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { freeMemory } from '../../platform/free-memory.ts';

/** As much as may wait for the disk; what arrives during one write goes out in the next, as one. */
const WAITING_BYTES = 1024 * 1024;

/**
 * Frees the memory of what is written and hashed: left to the collector, every photo would bring it nearer to a full round. Pieces of one network buffer come one after the other, so its turn is when a piece of another one has come.
 */
const makeRelease = () => {
  const written: Buffer[] = [];
  let last: Buffer | undefined;
  return {
    /** A piece has come. */
    come: (piece: Buffer): void => {
      if (last && last.buffer !== piece.buffer) written.push(last);
      last = piece;
    },
    /** All pieces that have come are on the disk. */
    free: (): void => freeMemory(...written.splice(0)),
  };
};

/**
 * Writes the stream into a new file that only its owner reads, and hashes it on the way: 14 CPU-ms for a photo against
 * 24 when it is read again. Gives the size in bytes and the SHA-256 in hex. A part that was written stays when it rejects.
 */
export const writeHashed = async (source: Readable, path: string): Promise<{ size: number; sha256: string }> => {
  const hash = createHash('sha256');
  const release = makeRelease();
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  const take = (chunks: Buffer[], done: (error?: Error | null) => void): void => {
    for (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      release.come(chunk);
    }
    writeAll(file, chunks)
      .then(release.free)
      .then(() => done(), done);
  };
  try {
    const sink = new Writable({
      highWaterMark: WAITING_BYTES,
      write: (chunk: Buffer, _encoding, done) => take([chunk], done),
      writev: (parts, done) =>
        take(
          parts.map((part) => part.chunk as Buffer),
          done,
        ),
    });
    await pipeline(source, sink);
  } finally {
    await file.close();
  }
  return { size, sha256: hash.digest('hex') };
};

/** A disk that is nearly full takes a part first and says so with the next write. */
const writeAll = async (file: FileHandle, chunks: Buffer[]): Promise<void> => {
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten } = await file.writev(chunks);
  if (bytesWritten === total) return;
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  await file.writeFile(rest); // goes on where the last write ended
};
