import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table parents add column form_id uuid; -- of the form that entered them: sent twice, it enters one parent
    create unique index parents_form_id_unique on parents (school_id, form_id) where form_id is not null;
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('alter table parents drop column form_id');
};
