import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- What reviewers decided, so that it can be taken back: what a photo was before, and which approved photo its
    -- approval put out of force. The event log tells of it too; this table goes with the photo.
    create table decisions (
      id bigint generated always as identity primary key,
      school_id bigint not null references schools on delete cascade,
      photo_id bigint not null references photos on delete cascade,
      decision text not null check (decision in ('approved', 'rejected')),
      decided_from text not null check (decided_from in ('pending', 'approved')),
      replaced_id bigint references photos on delete set null,
      batch uuid, -- those that were approved together are taken back together
      decided_at timestamptz not null,
      decided_by bigint references staff on delete set null,
      undone_at timestamptz,
      undone_by bigint references staff on delete set null,
      constraint decisions_approve_what_waits check (decision = 'rejected' or decided_from = 'pending'),
      constraint decisions_replace_by_approval check (decision = 'approved' or replaced_id is null),
      constraint decisions_undone check (undone_by is null or undone_at is not null)
    );
    -- A photo is approved once, and rejected once, until that is taken back.
    create unique index decisions_in_force on decisions (photo_id, decision) where undone_at is null;
    create index decisions_of_photo on decisions (photo_id);
    create index decisions_of_staff on decisions (decided_by, school_id, id) where undone_at is null;
    create index decisions_of_batch on decisions (batch) where batch is not null;
    create index decisions_replacing on decisions (replaced_id) where replaced_id is not null;
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table decisions');
};
