// A photo's journey ④ to ⑦, in order: validate, compress, store, record
import { hasSent, type Parent } from '../parents/parent.ts';
import type { Db } from '../platform/db.ts';
import { StoreUnavailable } from '../platform/object-store.ts';
import type { Result } from '../shared/result.ts';
import type { DecodeQueue } from './decode-queue.ts';
import type { Decoder } from './decoder.ts';
import { findUpload } from './find-upload.ts';
import type { Refusal } from './inspect-image.ts';
import type { PhotoFiles } from './photo-files.ts';
import { makeStorageKey } from './photo-keys.ts';
import type { makeRecordPhoto, Received } from './record-photo.ts';
import type { SweepPhotos } from './sweep-photos.ts';

type Deps = {
  db: Db;
  decodes: DecodeQueue;
  decoder: Pick<Decoder, 'inspect' | 'compress'>;
  files: PhotoFiles;
  recordPhoto: ReturnType<typeof makeRecordPhoto>;
  sweepPhotos: SweepPhotos;
  randomBytes: (size: number) => Buffer;
};

/** What arrived: a temporary file (the caller's to remove), its size in bytes and SHA-256, and the form's upload id. */
type Upload = { path: string; size: number; sha256: string; uploadId: string };

type ReceiveRefusal = Refusal | 'busy' | 'link-closed';

/** Takes a parent's photo. When it returns `ok`, the photo is on disk (fsynced) and in the database. */
export const makeReceivePhoto =
  ({ db, decodes, decoder, files, recordPhoto, sweepPhotos, randomBytes }: Deps) =>
  async (parent: Parent, upload: Upload): Promise<Result<Received, ReceiveRefusal>> => {
    const { id: parentId, schoolId } = parent;
    const key = { parentId, uploadId: upload.uploadId, sourceSha256: upload.sha256 };
    // A first photo has no predecessor; its twin, if both come at once, is found when it is recorded.
    const before = hasSent(parent) ? await findUpload(db, key) : undefined;
    if (before !== undefined) return { ok: true, value: { photoId: before, repeated: true } };

    const seen = await decoder.inspect(upload.path);
    if (!seen.ok) return seen;
    const filename = makeStorageKey(schoolId, randomBytes(16));
    const compressed = await files.stage(async (to) => {
      const turn = await decodes.run(() => decoder.compress(upload.path, seen.value, to), seen.value.cost);
      return turn.ok ? turn.value : turn;
    });
    if (!compressed.ok) return compressed;

    const { made, staged } = compressed.value;
    const { width, height, bytes, sha256, thumbSha256, mayBeDamaged, portraitCrop, portraitSha256 } = made;
    const photo = {
      parentId,
      schoolId,
      filename,
      uploadId: upload.uploadId,
      sha256,
      thumbSha256,
      sourceSha256: upload.sha256,
      sourceFormat: seen.value.format,
      sourceBytes: upload.size,
      width,
      height,
      bytes,
      mayBeDamaged,
      portrait: { version: 1, sha256: portraitSha256, crop: portraitCrop, source: 'centre' as const },
    };
    try {
      return await recordPhoto(photo, staged);
    } catch (error) {
      const sweeping = sweepPhotos.sweepStray(filename).catch(() => undefined); // the housekeeping tries again
      if (!(error instanceof StoreUnavailable)) await sweeping; // nobody waits twice for an S3 that does not answer
      throw error;
    }
  };

export type ReceivePhoto = ReturnType<typeof makeReceivePhoto>;
