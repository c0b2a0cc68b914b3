import { DatabaseSync } from 'node:sqlite';
import type { ObjectStore } from '../platform/object-store.ts';
import { keyIdOf } from '../platform/sealed-stream.ts';
import { type BackupId, manifestName, photoName, photoOf, timeOf } from './backup-names.ts';
import { keyIdOfObject, type Place } from './backup-objects.ts';
import { filesOf, readPhotoList } from './backup-photos.ts';
import { type ListedBackup, listBackups } from './list-backups.ts';

type Rule = {
  days: number;
  count: number;
  now: Date;
  /** What was written later than so many milliseconds ago stays in any case: somebody may be writing the rest of it. */
  sparedMs?: number;
};

const DAY_MS = 86_400_000;
/** For a place that other machines reach: longer than any backup takes, and than the longest rehearsal of a disaster. */
export const SPARED_MS = 2 * DAY_MS;
/** S3 removes up to 1,000 objects by one request. */
const BATCH = 1000;

/**
 * Removes what is not kept any more: the halves of backups that were killed, backups beyond their days (never so that fewer than
 * `count` are left), and copies of photos that no kept backup lists. Only for whoever runs the one backup that may run.
 */
export const pruneBackups = async (place: Place, rule: Rule): Promise<void> => {
  await prunePhotos(place, await pruneSets(place.store, rule), rule);
};

/** The same, but for the photos; gives the backups that are kept. */
export const pruneSets = async (store: ObjectStore, rule: Rule): Promise<BackupId[]> => {
  const all = await listBackups(store);
  const kept = keptOf(all, rule);
  for (const { id, names } of all.filter((one) => !kept.includes(one.id) && !isSpared(one.writtenAt, rule))) {
    await store.remove([manifestName(id)]); // first, so that what a kill leaves is a half, not a backup that lacks something
    await store.remove(names);
  }
  return [
    ...kept,
    ...all.filter((one) => one.isWhole && !kept.includes(one.id) && isSpared(one.writtenAt, rule)).map(({ id }) => id),
  ];
};

const isSpared = (writtenAt: Date, { now, sparedMs }: Rule): boolean =>
  sparedMs !== undefined && writtenAt.getTime() > now.getTime() - sparedMs;

const keptOf = (all: ListedBackup[], { days, count, now }: Rule): BackupId[] => {
  const whole = all.filter(({ isWhole }) => isWhole).map(({ id }) => id);
  const isYoung = (id: BackupId) => timeOf(id).getTime() > now.getTime() - days * DAY_MS;
  return whole.filter((id, newer) => newer < count || isYoung(id));
};

const prunePhotos = async (place: Place, kept: BackupId[], rule: Rule): Promise<void> => {
  const keys = new Map<BackupId, string | undefined>();
  for (const id of kept) keys.set(id, await keyIdOfObject(place, manifestName(id)));
  if ([...keys.values()].includes(undefined)) return; // one is damaged: whatever it lists is kept
  const keyId = keyIdOf(place.key);
  // On a disk of its own making, which goes when it is closed: a school may have a million photos.
  const candidates = new DatabaseSync('');
  try {
    candidates.exec('create table candidate (name text primary key) without rowid; begin');
    const add = candidates.prepare('insert or ignore into candidate values (?)');
    const remove = candidates.prepare('delete from candidate where name = ?');
    for await (const { key: name, modifiedAt } of place.store.list('photos/')) {
      if (isSpared(modifiedAt, rule)) continue;
      const sealedWith = photoOf(name)?.keyId;
      if (sealedWith === keyId || ![...keys.values()].includes(sealedWith)) add.run(name);
    }
    for (const id of kept.filter((one) => keys.get(one) === keyId)) {
      if (candidates.prepare('select 1 from candidate limit 1').get() === undefined) break;
      for await (const photo of readPhotoList(place, id))
        for (const file of filesOf(photo)) remove.run(photoName(keyId, photo.key, file));
    }
    await removeAll(place.store, namesOf(candidates));
  } finally {
    candidates.close();
  }
};

function* namesOf(candidates: DatabaseSync): Generator<string> {
  for (const { name } of candidates.prepare('select name from candidate').iterate()) yield String(name);
}

const removeAll = async (store: ObjectStore, names: Iterable<string>): Promise<void> => {
  let batch: string[] = [];
  for (const name of names) {
    batch.push(name);
    if (batch.length < BATCH) continue;
    await store.remove(batch);
    batch = [];
  }
  if (batch.length > 0) await store.remove(batch);
};
