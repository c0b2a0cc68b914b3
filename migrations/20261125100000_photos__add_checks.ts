import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table photos
      add column checks jsonb check (jsonb_typeof(checks) = 'array'), -- null: not checked yet
      add column checks_verdict text check (checks_verdict in ('passed', 'advice')),
      add column checked_at timestamptz,
      add column sent_anyway_at timestamptz, -- the parent saw the advice and sent the photo anyway
      add constraint photos_checked check (num_nulls(checks, checks_verdict, checked_at) in (0, 3)),
      add constraint photos_sent_anyway check (sent_anyway_at is null or checks_verdict = 'advice');
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table photos
      drop constraint photos_checked,
      drop constraint photos_sent_anyway,
      drop column checks,
      drop column checks_verdict,
      drop column checked_at,
      drop column sent_anyway_at;
  `);
};
