import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- In the order in which S3 lists objects, so that rows and objects can be held against each other page by page.
    create index photos_by_key on photos (filename collate "C") where files_deleted_at is null;
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop index photos_by_key');
};
