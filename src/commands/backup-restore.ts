import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { makeBackupKey } from '../backups/backup-key.ts';
import { wholeBackups } from '../backups/list-backups.ts';
import { makeLocalObjectStore } from '../platform/object-store-local.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import type { Config } from '../shared/config.ts';
import { openBackupPlaces, wireRestore } from '../wiring-backups.ts';
import { inSize, refusals } from './backup-sentences.ts';
import { backupIdOf } from './backup-verify.ts';
import { type BareCommand, type Given, optional, UsageError } from './command.ts';
import { untilStopped } from './until-stopped.ts';

export const backupRestoreCommand: BareCommand = {
  usage: 'backup:restore [ID] [--from FOLDER | --from-s3] [--overwrite] [--take-over]',
  summary:
    'restores the newest backup, or another one, where nothing is (or over what is there); the service stands meanwhile; --take-over: in the place of the installation that it was made of',
  options: {
    ...{ from: { type: 'string' }, 'from-s3': { type: 'boolean' } },
    ...{ overwrite: { type: 'boolean' }, 'take-over': { type: 'boolean' } },
  },
  runBare: ({ config, logger }, given) =>
    untilStopped(async (signal) => {
      const id = backupIdOf(given);
      const store = await placeOf(config, given);
      const key = await makeBackupKey({ given: config.BACKUP_KEY, dataDir: config.DATA_DIR }).find();
      if (!key) throw new UsageError('BACKUP_KEY is missing: without the key of the backups none can be read');
      const began = performance.now();
      const { restore, stop } = await wireRestore({ config, logger });
      try {
        const takeOver = given.values['take-over'] === true;
        const asked = { id, overwrite: given.values['overwrite'] === true, takeOver, tell: () => undefined, signal };
        const restored = await restore({ store, key }, asked);
        if (!restored.ok) return { text: refusals[restored.reason], json: { reason: restored.reason }, exit: 1 };
        const { manifest, files } = restored.value;
        const { tables } = manifest.database;
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        const seconds = Math.ceil((performance.now() - began) / 1000);
        const text = [
          `Backup ${manifest.id} is restored in ${seconds} s: ${rows} rows in ${tables.length} tables, ${files} files of photos (${inSize(manifest.photos.bytes)}).`,
          'Every count and every checksum is the same as in the backup.',
          ...(manifest.photos.copied
            ? []
            : [`The photos are not part of it: they were kept by STORAGE=${manifest.storage}.`]),
          ...(takeOver ? [] : [OF_ITS_OWN]),
          'Start the service, then run "npm run cli -- doctor".',
        ];
        return { text: text.join('\n'), json: { id: manifest.id, seconds, rows, files, tables: countsOf(tables) } };
      } finally {
        await stop();
      }
    }),
};

const OF_ITS_OWN =
  'It is an installation of its own: the buckets of the one that the backup was made of refuse it. If that one is lost and this one takes its place, restore with --take-over.';

const countsOf = (tables: { name: string; rows: number }[]): Record<string, number> =>
  Object.fromEntries(tables.map(({ name, rows }) => [name, rows]));

/** Where it was told to look; otherwise on this machine and, when there is none, in S3. */
const placeOf = async (config: Config, given: Given): Promise<ObjectStore> => {
  const folder = optional(given, 'from');
  const { local, remote } = await openBackupPlaces(config);
  if (given.values['from-s3'] === true) {
    if (folder !== undefined) throw new UsageError('--from and --from-s3 do not go together');
    if (!remote) throw new UsageError('--from-s3 needs BACKUP_S3_BUCKET');
    return remote;
  }
  if (folder !== undefined) {
    const found = await stat(resolve(folder)).catch(() => undefined);
    if (!found?.isDirectory()) throw new UsageError('--from must be a folder with backups (it holds the folder sets)');
    return makeLocalObjectStore(resolve(folder));
  }
  return remote && (await wholeBackups(local)).length === 0 ? remote : local;
};
