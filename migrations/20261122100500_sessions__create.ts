import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table sessions (
      sid text primary key check (char_length(sid) <= 100),
      sess jsonb not null,
      expire timestamptz(6) not null
    );
    create index sessions_by_end on sessions (expire);

    -- The table of rate-limiter-flexible's PostgreSQL store.
    create table rate_limits (key text primary key, points int not null default 0, expire bigint);
    create index rate_limits_by_end on rate_limits (expire);
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table rate_limits, sessions');
};
