import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- When somebody said that it is dealt with; it comes back to the list when it is seen later than that.
    alter table error_kinds add column done_at timestamptz;
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('alter table error_kinds drop column done_at');
};
