import { Readable } from 'node:stream';
import type { Clock } from '../platform/clock.ts';
import { openSnapshot, type Snapshot } from '../platform/database-snapshot.ts';
import type { Progress } from '../platform/long-work.ts';
import { FORMAT, type Manifest, writeManifest } from './backup-manifest.ts';
import { type BackupId, makeBackupId, nameIn } from './backup-names.ts';
import { type Place, type SealedFacts, writeSealed } from './backup-objects.ts';
import { lacksName, PHOTOS_QUESTION, photosName, readPhotoList } from './backup-photos.ts';
import { copyPhotos, type PhotoSource } from './copy-photos.ts';
import type { DumpDatabase } from './dump-database.ts';

type Deps = {
  /** The database's owner. */
  connection: Parameters<typeof openSnapshot>[0];
  dumpDatabase: DumpDatabase;
  source: PhotoSource;
  storage: Manifest['storage'];
  /** Of this program. */
  version: string;
  /** The settings from the environment, without the values of secrets. */
  settings: Record<string, unknown>;
  clock: Clock;
  randomBytes: (count: number) => Buffer;
};
type How = Progress & { thorough: boolean };

/**
 * What is queued and not done, but for the backups' own jobs: a backup that is restored does not begin another one. They are queued
 * anew at a restore.
 */
const JOBS_QUESTION = `select json_build_object('name', name, 'payload', data) from pgboss.job
  where state in ('created', 'retry', 'active', 'failed') and name not like 'backup%' order by created_on, id`;

/**
 * Makes a backup in `place`: the database at one moment, its configuration, and the photos that it knew then. The manifest comes
 * last; until then it is none. Rejects with what it met, and leaves the half of a backup to the next one's sweep.
 */
export const makeWriteBackup =
  ({ connection, dumpDatabase, source, storage, version, settings, clock, randomBytes }: Deps) =>
  async (place: Place, { tell, signal, thorough }: How): Promise<Manifest> => {
    const now = clock.now();
    const id = makeBackupId(now, randomBytes(4));
    const about = { format: FORMAT, id, madeAt: now.toISOString(), version, storage } as const;
    const ofDatabase = await withSnapshot(connection, signal, async (snapshot) => {
      const jobs = await countLines(place, nameIn(id, 'jobs'), snapshot.lines(JOBS_QUESTION), signal);
      const list = await countLines(place, photosName(id), snapshot.lines(PHOTOS_QUESTION), signal);
      const dumped = await dumpDatabase(place, id, snapshot, signal);
      const migrations = await snapshot.migrations();
      const objects = [jobs.facts, list.facts, ...dumped.objects];
      return { ...dumped, postgres: snapshot.major, migrations, jobs: jobs.lines, photos: list.lines, objects };
    });
    const configuration = Readable.from([Buffer.from(JSON.stringify({ ...about, settings }))]);
    const facts = await writeSealed(place, nameIn(id, 'configuration'), configuration, signal);
    const photos = { photos: 0, files: 0, bytes: 0, newFiles: 0, gone: 0, faults: 0 };
    const copied = storage === 'local';
    tell(0, copied ? ofDatabase.photos * 3 : 1);
    const lacks = copied
      ? copyPhotos(readPhotoList(place, id), photos, { place, source, thorough, tell, signal })
      : Readable.from([]);
    if (!copied) photos.photos = ofDatabase.photos;
    const lacking = await writeSealed(place, lacksName(id), Readable.from(bytesOf(lacks)), signal);
    const manifest: Manifest = {
      ...about,
      ...ofDatabase,
      objects: [...ofDatabase.objects, facts, lacking],
      photos: { copied, ...photos },
    };
    signal.throwIfAborted();
    await checkThere(place, id, manifest.objects);
    await writeManifest(place, manifest);
    return manifest;
  };

export type WriteBackup = ReturnType<typeof makeWriteBackup>;

const withSnapshot = async <T>(
  connection: Deps['connection'],
  signal: AbortSignal,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> => {
  const snapshot = await openSnapshot(connection);
  const end = (): void => void snapshot.close(); // whatever it is in the middle of
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    return await work(snapshot);
  } finally {
    signal.removeEventListener('abort', end);
    await snapshot.close();
  }
};

const countLines = async (place: Place, name: string, lines: Readable, signal: AbortSignal) => {
  let count = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of lines) {
      for (const byte of chunk as Buffer) if (byte === 10) count += 1;
      yield chunk as Buffer;
    }
  };
  const facts = await writeSealed(place, name, Readable.from(counted()), signal);
  return { facts, lines: count };
};

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const line of lines) yield Buffer.from(line);
}

/** A process that stood still so long that another one took it for dead, and swept, must not call the rest a backup. */
const checkThere = async ({ store }: Place, id: BackupId, objects: SealedFacts[]): Promise<void> => {
  for (const { name, stored } of objects)
    if ((await store.head(name))?.bytes !== stored.bytes) throw new Error(`a part of ${id} is not there any more`);
};
