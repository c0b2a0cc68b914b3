import type { TableFacts } from '../platform/database-load.ts';
import type { Snapshot } from '../platform/database-snapshot.ts';
import { dumpDatabase, type PostgresPrograms } from '../platform/postgres-programs.ts';
import type { Manifest } from './backup-manifest.ts';
import { type BackupId, nameIn } from './backup-names.ts';
import { type Place, type SealedFacts, writeSealed } from './backup-objects.ts';

type Deps = {
  /** The owner's. */
  connection: { url: string; sslCa: string | undefined };
  /** Whether PostgreSQL is a server of one's own, which pg_dump saves where it is there and new enough. */
  isOwnServer: boolean;
  findPrograms: (server: number) => Promise<PostgresPrograms | undefined>;
};
type Dumped = Pick<Manifest, 'database' | 'warning'> & { objects: SealedFacts[] };

/** What the database's objects are named after. */
export const tablePart = (table: string): string => `database/${table}`;
export const PG_DUMP_PART = 'database.pg_dump';

/** Saves the rows of all tables as the snapshot sees them, counted and summed up, with bounded memory. */
export const makeDumpDatabase =
  ({ connection, isOwnServer, findPrograms }: Deps) =>
  async (place: Place, id: BackupId, snapshot: Snapshot, signal: AbortSignal): Promise<Dumped> => {
    const programs = isOwnServer ? await findPrograms(snapshot.major) : undefined;
    const canDump = programs !== undefined && programs.major >= snapshot.major;
    const tables: TableFacts[] = [];
    for (const table of await snapshot.tables()) {
      signal.throwIfAborted();
      tables.push({ ...table, ...(await snapshot.sum(table)) });
    }
    const objects: SealedFacts[] = [];
    if (canDump) {
      const dump = dumpDatabase(programs, connection, { snapshot: snapshot.name, signal });
      objects.push(await writeSealed(place, nameIn(id, PG_DUMP_PART), dump, signal));
    } else {
      for (const table of tables)
        objects.push(await writeSealed(place, nameIn(id, tablePart(table.name)), snapshot.rows(table), signal));
    }
    return {
      database: {
        ...(canDump ? { as: 'pg_dump', by: programs.major } : { as: 'rows' }),
        tables,
        sequences: await snapshot.sequences(),
      },
      objects,
      warning: !isOwnServer || canDump ? null : programs ? 'old-pg-dump' : 'no-pg-dump',
    };
  };

export type DumpDatabase = ReturnType<typeof makeDumpDatabase>;
