import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- Keys of backups that somebody said to keep elsewhere, by what tells them apart (never the keys).
    create table backup_keys (
      fingerprint text primary key constraint backup_keys_fingerprint_check check (fingerprint ~ '^[0-9a-f]{8}$'),
      confirmed_at timestamptz not null,
      confirmed_by bigint references staff on delete set null
    );
    create index backup_keys_of_staff on backup_keys (confirmed_by) where confirmed_by is not null;
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table backup_keys');
};
