import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create extension if not exists btree_gin; -- searches: status and class beside the words in one index
    create extension if not exists fuzzystrmatch; -- 'did you mean'

    -- One row: which installation this is. The uploads folder holds the same id, so that no other's files are swept.
    create table installation (
      one boolean primary key default true check (one),
      id uuid not null default gen_random_uuid()
    );
    insert into installation default values;

    create table schools (
      id bigint generated always as identity primary key,
      name text not null check (char_length(name) between 1 and 200),
      phone text check (char_length(phone) between 1 and 40),
      crest text check (char_length(crest) <= 200),
      time_zone text not null check (char_length(time_zone) between 1 and 60),
      default_locale text not null default 'en' check (default_locale ~ '^[a-z]{2,3}$'),
      settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
      created_at timestamptz not null default now()
    );
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table schools, installation');
};
