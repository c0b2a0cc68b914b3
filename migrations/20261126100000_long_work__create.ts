import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- Work that takes minutes: a backup, a move of photos, a rehearsal. What it did is kept; ids, codes and counts only.
    create table long_work (
      id bigint generated always as identity primary key,
      kind text not null constraint long_work_kind_check check (kind ~ '^[a-z]+(-[a-z]+)*$' and char_length(kind) <= 40),
      state text not null default 'running'
        constraint long_work_state_check check (state in ('running', 'done', 'failed', 'cancelled')),
      started_at timestamptz not null,
      started_by bigint references staff (id) on delete set null,
      heard_at timestamptz not null,
      ended_at timestamptz,
      done bigint not null default 0 constraint long_work_done_check check (done >= 0),
      total bigint constraint long_work_total_check check (total >= 0),
      cancel_asked_at timestamptz,
      detail jsonb not null default '{}' constraint long_work_detail_check check (jsonb_typeof(detail) = 'object'),
      failure text constraint long_work_failure_check check (char_length(failure) <= 500),
      constraint long_work_ended check ((state = 'running') = (ended_at is null)),
      constraint long_work_failed check ((state = 'failed') = (failure is not null))
    );
    -- One of a kind at a time.
    create unique index long_work_running on long_work (kind) where state = 'running';
    create index long_work_latest on long_work (kind, id);

    -- When each schedule was last due and its work was queued; a time that was missed is made up for once.
    create table schedules (
      name text primary key constraint schedules_name_check check (name ~ '^[a-z]+(-[a-z]+)*$' and char_length(name) <= 40),
      due_at timestamptz not null
    );
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table schedules; drop table long_work');
};
