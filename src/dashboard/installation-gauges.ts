import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Gauges } from '../platform/figures.ts';

/** A process tells them when nobody has for so long; a little less than a minute, since no timer is exact. */
const NOBODY_SECONDS = 50;

type Row = {
  waiting: number;
  due_since: Date | null;
  failed: number;
  backlog: number;
  oldest: Date | null;
  backup: Date | null;
};

/** The figures of the whole installation: queue, review, backup. One small query, however many photos there are. */
export const makeInstallationGauges = ({ db, clock }: { db: Db; clock: Clock }) => {
  const read = async (): Promise<Gauges> => {
    const { rows } = await db.raw<{ rows: [Row] }>(
      `select jobs.*,
         (select coalesce(sum(n), 0)::int from parent_counts where status = 'pending') as backlog,
         (select min(uploaded_at) from schools,
            lateral (select photo_id from parents
                     where school_id = schools.id and photo_status = 'pending' and archived_at is null
                     order by photo_id limit 1) as first
            join photos on photos.id = first.photo_id) as oldest,
         (select max(started_at) from long_work where kind = 'backup' and state = 'done') as backup
       from (select count(*) filter (where state <> 'failed')::int as waiting,
               min(start_after) filter (where state <> 'failed') as due_since,
               count(*) filter (where state = 'failed')::int as failed
             from pgboss.job where state in ('created', 'retry', 'failed')) as jobs`,
    );
    const { waiting, due_since: dueSince, failed, backlog, oldest, backup } = rows[0];
    const now = clock.now().getTime();
    const age = (at: Date | null): number => (at ? Math.max(0, (now - at.getTime()) / 1000) : 0);
    return {
      ...{ QueueDepth: waiting, QueueWaitSeconds: age(dueSince), QueueFailed: failed },
      ...{ ReviewBacklog: backlog, ReviewOldestSeconds: age(oldest) },
      ...(backup ? { BackupAgeSeconds: age(backup) } : {}),
    };
  };

  return {
    read,
    /** The same, once a minute for all processes together: whoever is told nothing leaves it to another. */
    readInTurn: async (): Promise<Gauges> => {
      const { rows } = await db.raw<{ rows: object[] }>(
        `insert into schedules (name, due_at) values ('installation-gauges', now())
         on conflict (name) do update set due_at = excluded.due_at
         where schedules.due_at < now() - make_interval(secs => ?) returning name`,
        [NOBODY_SECONDS],
      );
      return rows.length > 0 ? read() : {};
    },
  };
};
