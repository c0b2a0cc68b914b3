import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- Who did or saw what, when. Append-only; ids and no names, so that a person can be erased and the log stays whole.
    -- No foreign keys to people for the same reason.
    create table events (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      school_id bigint not null references schools,
      actor text not null check (actor in ('parent', 'staff', 'system', 'cli')),
      staff_id bigint,
      parent_id bigint,
      photo_id bigint,
      kind text not null check (kind ~ '^[a-z]+(-[a-z]+)*[.][a-z]+(-[a-z]+)*$' and char_length(kind) <= 60),
      data jsonb not null default '{}' check (jsonb_typeof(data) = 'object'),
      constraint events_staff check ((actor = 'staff') = (staff_id is not null))
    );
    create index events_of_parent on events (parent_id, id) where parent_id is not null;

    create function events_are_final() returns trigger language plpgsql as $$
    begin
      raise exception 'events are append-only' using errcode = 'insufficient_privilege';
    end $$;
    create trigger events_are_final before update or delete or truncate on events
      for each statement execute function events_are_final();

    -- What people wrote beside an event: it can name people, so it can be erased with them.
    create table notes (
      event_id bigint primary key references events,
      parent_id bigint not null references parents on delete cascade,
      body text not null check (char_length(body) between 1 and 300)
    );
    create index notes_of_parent on notes (parent_id);

    -- Who agreed to which version of which text, when, in which language.
    create table consents (
      id bigint generated always as identity primary key,
      parent_id bigint not null references parents on delete cascade,
      text_name text not null check (char_length(text_name) between 1 and 40),
      text_version text not null check (char_length(text_version) between 1 and 20),
      locale text not null check (locale ~ '^[a-z]{2,3}$'),
      agreed_at timestamptz not null default now()
    );
    create index consents_of_parent on consents (parent_id, id);
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop table consents, notes, events;
    drop function events_are_final();
  `);
};
