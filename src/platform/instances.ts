import type { Clock } from './clock.ts';
import type { Db } from './db.ts';

/** A process of the service that lives. */
export type Instance = { name: string; kind: 'web' | 'worker'; version: string; startedAt: Date; heardAt: Date };

const BEAT_MS = 30_000;
/** Who has said nothing for so long, by the database's clock alone, does not live, or cannot reach the database. */
const LOST_MS = 100_000;
const FORGOTTEN_MS = 86_400_000;
const UNHEARD_FOR = `heard_at < now() - make_interval(secs => ?::float8 / 1000)`;

type Own = Pick<Instance, 'name' | 'kind' | 'version'>;

/** Says every half minute that this process lives, until `stop`. A database that is away is told when it is back. */
export const makeHeartbeat = ({ db, clock, own }: { db: Db; clock: Clock; own: Own }) => {
  const startedAt = clock.now();
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<unknown> = Promise.resolve();

  const beat = async (): Promise<void> => {
    await db('instances')
      .insert({ ...own, started_at: startedAt, heard_at: db.fn.now() })
      .onConflict('name')
      .merge(['heard_at']);
    await db('instances').whereRaw(UNHEARD_FOR, [FORGOTTEN_MS]).delete();
  };
  const beatAnyway = (): void => {
    beating = beat().catch(() => undefined);
  };

  return {
    start: (): void => {
      beatAnyway();
      timer = setInterval(beatAnyway, BEAT_MS).unref();
    },
    stop: async (): Promise<void> => {
      if (!timer) return;
      clearInterval(timer);
      await beating;
      await db('instances')
        .where({ name: own.name })
        .delete()
        .catch(() => undefined);
    },
  };
};

type Row = Own & { started_at: Date; heard_at: Date };

/** The processes that live, the oldest first. */
export const makeListInstances =
  ({ db }: { db: Db }) =>
  async (): Promise<Instance[]> => {
    const rows = await db('instances')
      .whereRaw(`not (${UNHEARD_FOR})`, [LOST_MS])
      .orderBy(['started_at', 'name'])
      .limit(100)
      .select<Row[]>();
    return rows.map(({ name, kind, version, started_at: startedAt, heard_at: heardAt }) => ({
      ...{ name, kind, version, startedAt, heardAt },
    }));
  };
