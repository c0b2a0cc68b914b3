// A photo's journey ③: the upload
import { unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Request, RequestHandler, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import type { DecodeQueue } from '../../photos/decode-queue.ts';
import type { PhotoFiles } from '../../photos/photo-files.ts';
import { Refused } from '../../shared/errors.ts';
import { assertCsrf } from './csrf.ts';
import { drainBody } from './drain-body.ts';
import { writeHashed } from './hashed-file.ts';
import type { UploadLimit } from './upload-limit.ts';
import { UploadRefused } from './upload-refused.ts';

declare global {
  namespace Express {
    namespace Multer {
      interface File {
        sha256: string;
      }
    }
  }
}

type Deps = {
  files: Pick<PhotoFiles, 'temporaryPath'>;
  /** Largest photo in bytes (MAX_UPLOAD_MB). */
  maxBytes: number;
  /** A place for a photo that comes now, unless it would have to wait too long for its decode; and when to come again, in seconds. */
  decodes: Pick<DecodeQueue, 'arrive' | 'comeBackIn'>;
  limit: Pick<UploadLimit, 'take'>;
};

/** What the fields, headers and boundaries around the photo may add. */
const OVERHEAD = 64 * 1024;
/** A piece that the network brings is 64 KiB: with as much, the parser would ask for a pause after each. */
const PARSER_BYTES = 128 * 1024;
/** How much more is read, and how long, so that a browser gets its answer. */
const DRAIN = { bytes: 100 * 1024 * 1024, ms: 20_000 };

/**
 * Streams the one file `photo` into a temporary file and hashes it on the way. The form's token is its first field and
 * is checked before the first byte of a file is kept (R41). Afterwards `req.file` has path, size and sha256; the file
 * is removed when the answer is out. Refuses with UploadRefused or Refused('forged'), and leaves nothing behind then.
 */
export const makePhotoUpload = ({ files, maxBytes, decodes, limit }: Deps): RequestHandler => {
  const limits = {
    fileSize: maxBytes,
    files: 1,
    fields: 6,
    parts: 8,
    fieldNameSize: 50,
    fieldSize: 2000,
    headerPairs: 20,
    fieldNestingDepth: 1,
  };

  const receive = (req: Request, res: Response) =>
    new Promise<void>((resolve, reject) => {
      // multer bounds neither what precedes the first part nor the time after an error, which it tells when all has come.
      const streamHandler = boundedFeed(maxBytes + OVERHEAD, reject);
      const options = { storage: makeStorage(files), limits, streamHandler, highWaterMark: PARSER_BYTES };
      multer(options).single('photo')(req, res, (error: unknown) => {
        if (req.file) removeWhenAnswered(res, req.file.path);
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });

  /** Counts among those that wait for a decode as soon as it begins to arrive. */
  const receiveInItsPlace = async (req: Request, res: Response): Promise<void> => {
    const place = decodes.arrive();
    if (!place) throw new UploadRefused('busy', { retryAfter: decodes.comeBackIn() });
    try {
      await limit.take(req, res);
      if (req.destroyed) throw new UploadRefused('malformed'); // its sender has gone, and multer would wait for ever
      await receive(req, res);
    } finally {
      place.leave();
    }
  };

  return async (req, res, next) => {
    try {
      refuseForItsHead(req, maxBytes);
      await receiveInItsPlace(req, res);
      assertCsrf(req);
      if (!req.file || req.file.size === 0) throw new UploadRefused('no-file');
    } catch (error) {
      const whole = await drainBody(req, DRAIN);
      if (!whole) res.set('Connection', 'close');
      throw toRefusal(error, req);
    }
    next();
  };
};

/** Feeds multer's parser; beyond `most` bytes it ends the parser, with the file that it has open, and says so at once. */
const boundedFeed = (most: number, tooMuch: (error: Error) => void) => (req: Request, parser: Writable) => {
  let left = most;
  const count = (chunk: Buffer) => {
    left -= chunk.length;
    if (left >= 0) return;
    const error = new UploadRefused('too-big');
    req.off('data', count).unpipe(parser);
    parser.destroy(error);
    tooMuch(error);
  };
  req.on('data', count).pipe(parser);
};

/** The work on a photo goes on when its sender is gone meanwhile, and needs the file until the answer is written. */
const removeWhenAnswered = (res: Response, path: string): void => {
  if (res.closed && (res.writableEnded || res.headersSent)) void unlink(path).catch(() => undefined);
  else if (res.closed) setTimeout(removeWhenAnswered, 100, res, path).unref();
  else res.once('close', () => removeWhenAnswered(res, path));
};

const refuseForItsHead = (req: Request, maxBytes: number): void => {
  if (!req.is('multipart/form-data')) throw new UploadRefused('malformed');
  const announced = Number(req.get('content-length') ?? 0);
  if (announced > maxBytes + OVERHEAD) throw new UploadRefused('too-big', { sentBytes: announced });
};

const makeStorage = (files: Deps['files']): StorageEngine => {
  const store = async (req: Request, file: Express.Multer.File): Promise<Partial<Express.Multer.File>> => {
    assertCsrf(req);
    const path = files.temporaryPath();
    try {
      return { path, ...(await writeHashed(file.stream, path)) };
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw error;
    }
  };
  return {
    _handleFile: (req, file, done) => {
      store(req, file).then(
        (info) => done(null, info),
        (error: unknown) => {
          file.stream.resume();
          done(error);
        },
      );
    },
    _removeFile: (_req, file, done) => {
      unlink(file.path).then(() => done(null), done);
    },
  };
};

/** multer raises a plain `Error` without a code for a cut body, a missing boundary or NUL in a name: the sender's fault. */
const toRefusal = (error: unknown, req: Request): unknown => {
  if (error instanceof Refused || error instanceof UploadRefused) return error;
  if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') {
    const sentBytes = Number(req.get('content-length') ?? 0);
    return new UploadRefused('too-big', sentBytes > 0 ? { sentBytes } : {});
  }
  if (error instanceof MulterError) return new UploadRefused('malformed');
  return error instanceof Error && 'code' in error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE'
    ? error
    : new UploadRefused('malformed');
};
