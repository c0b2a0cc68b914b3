import { hash } from 'node:crypto';
import type { Clock } from '../platform/clock.ts';
import { advisoryLocks, type Db, type Trx } from '../platform/db.ts';
import { type Actor, recordEvent } from '../platform/event-log.ts';
import type { Result } from '../shared/result.ts';
import type { Decoder } from './decoder.ts';
import type { Photo, Portrait, PortraitSource } from './photo.ts';
import type { PhotoFiles } from './photo-files.ts';
import { portraitFile } from './photo-keys.ts';
import type { PhotoRecords } from './photo-records.ts';
import { clampCrop, type PortraitCrop } from './portrait-crop.ts';
import { setPortrait } from './portrait-records.ts';
import type { EnqueueRemoval } from './remove-copies.ts';
import type { SweepPhotos } from './sweep-photos.ts';

type Deps = {
  db: Db;
  decoder: Pick<Decoder, 'cropPortrait'>;
  photos: PhotoRecords;
  files: PhotoFiles;
  sweepPhotos: SweepPhotos;
  enqueueBackup: (trx: Trx, photoId: number) => Promise<void>;
  enqueueRemoval: EnqueueRemoval;
  clock: Clock;
};

/** Who chose the crop: nobody (the middle), the checks that found a face, or somebody of the staff. */
export type PortraitBy = 'centre' | 'face' | Extract<Actor, { kind: 'staff' }>;

/**
 * `not-found`: the photo was deleted; `replaced`: the parent sent a newer one; `already-decided`: it was rejected;
 * `better-known`: the present crop is by a person, or by a face where this one is not; `unreadable`: the full picture is
 * missing or broken.
 */
type PortraitRefusal = 'not-found' | 'replaced' | 'already-decided' | 'better-known' | 'unreadable';
type Outcome = Result<{ photo: Photo; portrait: Portrait }, PortraitRefusal>;

/**
 * Cuts the portrait of a photo that waits or is approved anew, out of its full picture, which stays as it was sent. The new
 * file is in place before the row says so, in one transaction under the lock that the sweep respects (record-photo.ts); the old
 * one goes after the commit. Of two people at once the later one stays: each crop is whole, and both are in the event log.
 */
export const makeChangePortrait = (deps: Deps) => {
  const { db, decoder, photos, files, sweepPhotos, enqueueBackup, enqueueRemoval, clock } = deps;

  /** Puts the staged file in place and changes the row, or says what happened to the photo meanwhile. */
  const replace = async (trx: Trx, photo: Photo, made: Made, by: PortraitBy): Promise<Outcome> => {
    // The lock before the row, as an upload takes them: the other way round the sweep could close a ring of the three.
    await trx.raw('select pg_advisory_xact_lock_shared(?)', [advisoryLocks.keepPhoto]);
    const now = await photos.lock(trx, photo.schoolId, photo.id);
    const refusal = refuse(now, sourceOf(by));
    if (!now || refusal) return { ok: false, reason: refusal ?? 'not-found' };
    const version = (now.portrait?.version ?? 0) + 1;
    const portrait = { version, sha256: hash('sha256', made.jpeg), crop: made.crop, source: sourceOf(by) };
    // Who puts the next version in place holds the row until the commit: one that is here already is what a crash left.
    await files.remove(now.filename, [portraitFile(version)]);
    await files.keep([{ file: portraitFile(version), path: made.path }], now.filename);
    await setPortrait(trx, now.id, portrait);
    await enqueueBackup(trx, now.id);
    if (now.portrait) await enqueueRemoval(trx, [{ key: now.filename, files: [portraitFile(version - 1)] }]);
    await recordEvent(trx, {
      schoolId: now.schoolId,
      actor: typeof by === 'string' ? { kind: 'system' } : by,
      at: clock.now(),
      kind: 'photo.portrait-changed',
      parentId: now.parentId,
      photoId: now.id,
      data: { source: portrait.source, version, ...made.crop },
    });
    return { ok: true, value: { photo: now, portrait } };
  };

  /** It was replaced and that is committed: should it stay for now, the sweep takes it. */
  const removeOld = async ({ filename, portrait }: Photo): Promise<void> => {
    if (portrait) await files.remove(filename, [portraitFile(portrait.version)]).catch(() => undefined);
  };

  return async (
    { id, schoolId }: Pick<Photo, 'id' | 'schoolId'>,
    wanted: PortraitCrop,
    by: PortraitBy,
  ): Promise<Outcome> => {
    const photo = await photos.find(schoolId, id);
    const refusal = refuse(photo, sourceOf(by));
    if (!photo || refusal) return { ok: false, reason: refusal ?? 'not-found' };
    const crop = clampCrop(wanted, photo);
    const full = await files.read(photo.filename, 'full');
    const jpeg = full && (await decoder.cropPortrait(full, crop));
    if (!jpeg) return { ok: false, reason: 'unreadable' };

    const { path } = await files.stageBytes(jpeg);
    try {
      const outcome = await files.inTurn(() => db.transaction((trx) => replace(trx, photo, { jpeg, crop, path }, by)));
      if (outcome.ok) await removeOld(outcome.value.photo);
      return outcome;
    } catch (error) {
      // Whether a commit that failed took place is not known here: the sweep decides it under its lock.
      await sweepPhotos.sweepStray(photo.filename).catch(() => undefined); // the housekeeping tries again
      throw error;
    } finally {
      await files.discard([{ path }]);
    }
  };
};

export type ChangePortrait = ReturnType<typeof makeChangePortrait>;

/** A portrait that was cut, at `path` beside its place. */
type Made = { jpeg: Buffer; crop: PortraitCrop; path: string };

const sourceOf = (by: PortraitBy): PortraitSource => (typeof by === 'string' ? by : 'staff');

/** The better known, the higher: what a person chose stays when the checks come later, and so does a face. */
const RANK: Record<PortraitSource, number> = { centre: 0, face: 1, staff: 2 };

const refuse = (photo: Photo | undefined, source: PortraitSource): PortraitRefusal | undefined => {
  if (!photo) return 'not-found';
  if (photo.status === 'superseded') return 'replaced';
  if (photo.status === 'rejected') return 'already-decided';
  if (photo.portrait && RANK[source] < RANK[photo.portrait.source]) return 'better-known';
  return undefined;
};
