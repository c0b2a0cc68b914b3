import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { jsonLine } from '../platform/json-lines.ts';
import type { Progress } from '../platform/long-work.ts';
import { keyIdOf, SealBroken, sealedLength } from '../platform/sealed-stream.ts';
import { photoName, photosPrefix } from './backup-names.ts';
import { type Place, readPhoto, writePhoto } from './backup-objects.ts';
import { filesOf, type Lack, type ListedPhoto } from './backup-photos.ts';
import { isUnreadable } from './unreadable.ts';

/** The photos that a backup copies, and what became of them since its moment. */
export type PhotoSource = {
  /** A file's bytes; undefined when it is not there. */
  read: (key: string, file: string) => Promise<Buffer | undefined>;
  /** Its length in bytes; undefined when it is not there, or not on this machine. */
  size: (key: string, file: string) => Promise<number | undefined>;
  /** Whether the database still knows this file of the photo. */
  isKnown: (key: string, file: string) => Promise<boolean>;
};

type CopiedPhotos = {
  photos: number;
  files: number;
  bytes: number;
  newFiles: number;
  gone: number;
  faults: number;
};

type Around = Progress & {
  place: Place;
  source: PhotoSource;
  /** Whether copies that are there are read and checked, not only looked at: something was found altered lately. */
  thorough: boolean;
};
type Task = { photo: ListedPhoto; file: string; sha256: string; there: number | undefined };
type Done = Task & ({ state: 'there' | 'new'; bytes: number } | { state: Lack['why'] });

/** So many files at once: each waits for a disk or a network, and a picture in full size takes up to 1 MB of memory. */
const AT_ONCE = 8;

/**
 * Copies the files of the photos on a list that the place does not hold yet, and yields a line for each file that cannot be copied;
 * `counts` grows meanwhile. What is there is learnt folder by folder, a 256th of a school's photos at a time.
 */
export async function* copyPhotos(
  list: AsyncIterable<ListedPhoto>,
  counts: CopiedPhotos,
  around: Around,
): AsyncGenerator<string> {
  const copied = Readable.from(tasksOf(list, counts, around.place)).map((task: Task) => copyOne(task, around), {
    concurrency: AT_ONCE,
    signal: around.signal,
  });
  let done = 0;
  for await (const one of copied as AsyncIterable<Done>) {
    around.tell((done += 1));
    if (one.state === 'there' || one.state === 'new') {
      counts.files += 1;
      counts.bytes += one.bytes;
      counts.newFiles += Number(one.state === 'new');
      continue;
    }
    if (one.state === 'gone') counts.gone += 1;
    else counts.faults += 1;
    yield jsonLine({ key: one.photo.key, file: one.file, why: one.state } satisfies Lack);
  }
}

async function* tasksOf(list: AsyncIterable<ListedPhoto>, counts: CopiedPhotos, place: Place): AsyncGenerator<Task> {
  const keyId = keyIdOf(place.key);
  let folder = '';
  let there = new Map<string, number>();
  for await (const photo of list) {
    counts.photos += 1;
    if (dirname(photo.key) !== folder) {
      folder = dirname(photo.key);
      there = new Map();
      for await (const { key, bytes } of place.store.list(photosPrefix(keyId, `${folder}/`))) there.set(key, bytes);
    }
    for (const one of filesOf(photo)) yield { photo, ...one, there: there.get(photoName(keyId, photo.key, one)) };
  }
}

const copyOne = async (task: Task, { place, source, thorough }: Around): Promise<Done> => {
  const { photo, file, sha256, there } = task;
  const name = photoName(keyIdOf(place.key), photo.key, task);
  if (there !== undefined && !thorough && (await isAsLong(task, source)))
    return { ...task, state: 'there', bytes: there };
  // The file may be what is cut off, not its copy.
  if (there !== undefined && (await isSoundPhoto(place, name, sha256)))
    return { ...task, state: 'there', bytes: there };
  const bytes = await orIfUnreadable(source.read(photo.key, file), 'damaged');
  if (bytes === 'damaged') return { ...task, state: bytes };
  if (!bytes) return { ...task, state: (await source.isKnown(photo.key, file)) ? 'missing' : 'gone' };
  if (sha256Of(bytes) !== sha256) return { ...task, state: 'damaged' };
  const written = await orIfUnreadable(writePhoto(place, name, bytes), 'unwritable');
  return written === 'unwritable' ? { ...task, state: written } : { ...task, state: 'new', bytes: written };
};

/** Whether a copy that is there has the length of its file: one that was cut off has not. */
const isAsLong = async ({ photo, file, there }: Task, source: PhotoSource): Promise<boolean> => {
  const size = await orIfUnreadable(source.size(photo.key, file), undefined);
  return size !== undefined && there === sealedLength(size);
};

/** Whether a copy can be unsealed and is what it should be. */
export const isSoundPhoto = async (place: Place, name: string, sha256: string): Promise<boolean> => {
  try {
    const bytes = await orIfUnreadable(readPhoto(place, name), undefined);
    return bytes !== undefined && sha256Of(bytes) === sha256;
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
};

const orIfUnreadable = async <T, const E>(reading: Promise<T>, instead: E): Promise<T | E> => {
  try {
    return await reading;
  } catch (error) {
    if (isUnreadable(error)) return instead;
    throw error;
  }
};

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
