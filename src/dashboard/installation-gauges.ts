import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Gauges } from '../platform/figures.ts';
import { careFigures, type makeReadCare } from './care-figures.ts';

/** A process tells them when nobody has for so long; a little less than a minute, since no timer is exact. */
const NOBODY_SECONDS = 50;

type Row = {
  waiting: number;
  due_since: Date | null;
  failed: number;
  backlog: number;
  oldest: Date | null;
};

type Deps = { db: Db; clock: Clock; readCare: ReturnType<typeof makeReadCare> };

/** The figures of the whole installation. Small queries, however many photos there are. */
export const makeInstallationGauges = ({ db, clock, readCare }: Deps) => {
  /** Of queue and review. */
  const read = async (): Promise<Gauges> => {
    const { rows } = await db.raw<{ rows: [Row] }>(
      `select jobs.*,
         (select coalesce(sum(n), 0)::int from parent_counts where status = 'pending') as backlog,
         (select min(uploaded_at) from schools,
            lateral (select photo_id from parents
                     where school_id = schools.id and photo_status = 'pending' and archived_at is null
                     order by photo_id limit 1) as first
            join photos on photos.id = first.photo_id) as oldest
       from (select count(*) filter (where state <> 'failed')::int as waiting,
               min(start_after) filter (where state <> 'failed') as due_since,
               count(*) filter (where state = 'failed')::int as failed
             from pgboss.job where state in ('created', 'retry', 'failed')) as jobs`,
    );
    const { waiting, due_since: dueSince, failed, backlog, oldest } = rows[0];
    const now = clock.now().getTime();
    const age = (at: Date | null): number => (at ? Math.max(0, (now - at.getTime()) / 1000) : 0);
    return {
      ...{ QueueDepth: waiting, QueueWaitSeconds: age(dueSince), QueueFailed: failed },
      ...{ ReviewBacklog: backlog, ReviewOldestSeconds: age(oldest) },
    };
  };

  return {
    read,
    /** The same, and those of backups and copies, once a minute for all processes together: whoever is told nothing leaves it to another. */
    readInTurn: async (): Promise<Gauges> => {
      const { rows } = await db.raw<{ rows: object[] }>(
        `insert into schedules (name, due_at) values ('installation-gauges', now())
         on conflict (name) do update set due_at = excluded.due_at
         where schedules.due_at < now() - make_interval(secs => ?) returning name`,
        [NOBODY_SECONDS],
      );
      if (rows.length === 0) return {};
      const [gauges, care] = await Promise.all([read(), readCare()]);
      return { ...gauges, ...careFigures(care, clock.now()) };
    },
  };
};
