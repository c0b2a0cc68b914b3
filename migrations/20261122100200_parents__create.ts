import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create domain person_name as text
      check (char_length(value) between 1 and 200 and value !~ '[[:cntrl:]]' and value = btrim(value));

    -- The one place that derives a parent's status: the first that holds.
    create function parent_status(
      photo_status text, declined_at timestamptz, link_revoked_at timestamptz, link_lapsed boolean, opened_at timestamptz
    ) returns text language sql immutable parallel safe
    return case
      when photo_status is not null then photo_status
      when declined_at is not null then 'declined'
      when link_revoked_at is not null then 'revoked'
      when link_lapsed then 'expired'
      when opened_at is not null then 'opened'
      else 'not_opened'
    end;

    -- (7, 'maria santos') -> {7 m,7 ma,7 mar,7 mari,7 maria,7 s,7 sa,...}, so that an index finds the words of a school
    -- that start as somebody typed. Longer starts than 12 are left to the query. Dear to compute, which the planner must
    -- know: hence the cost; and not parallel, since a page of a list is no work for several processes.
    create function word_starts(school_id bigint, words text) returns text[]
      language plpgsql immutable strict parallel unsafe cost 1000 as $$
    declare
      word text;
      starts text[] := '{}';
    begin
      foreach word in array string_to_array(words, ' ') loop
        for size in 1 .. least(char_length(word), 12) loop
          starts := starts || (school_id || ' ' || left(word, size));
        end loop;
      end loop;
      return starts;
    end $$;

    create table parents (
      id bigint generated always as identity primary key,
      school_id bigint not null references schools,
      unique_id uuid not null constraint parents_unique_id_unique unique,
      parent_name person_name not null,
      parent_surname text not null default '' -- empty for people with one name
        check (char_length(parent_surname) <= 200 and parent_surname !~ '[[:cntrl:]]'),
      child_name person_name not null,
      email text check (char_length(email) between 3 and 254),
      phone text check (char_length(phone) between 1 and 40),
      locale text check (locale ~ '^[a-z]{2,3}$'),
      class_name text check (char_length(class_name) between 1 and 50 and class_name !~ '[[:cntrl:]]'),
      external_id text check (char_length(external_id) between 1 and 100),

      link_version int not null default 1,
      link_issued_at timestamptz not null default now(),
      link_expires_at timestamptz not null,
      link_lapsed boolean not null default false, -- link_expires_at has passed; set by the housekeeping
      link_revoked_at timestamptz,
      opened_at timestamptz,
      declined_at timestamptz,
      not_me_at timestamptz,
      archived_at timestamptz,
      created_at timestamptz not null default now(),
      changed_at timestamptz not null default now(),

      photo_status text check (photo_status in ('pending', 'approved', 'rejected')), -- kept by a trigger on photos
      photo_id bigint, -- the photo that lists show; kept by the same trigger

      status text not null generated always as (
        parent_status(photo_status, declined_at, link_revoked_at, link_lapsed, opened_at)
      ) stored,
      -- The list of the office that the parent is on: of the status, or of the archived ones.
      listed_as text not null generated always as (
        case
          when archived_at is null then parent_status(photo_status, declined_at, link_revoked_at, link_lapsed, opened_at)
          else 'archived'
        end
      ) stored,

      -- Folded by the program (no accents, no apostrophes, lower case), each word after a space.
      search_text text not null default '' check (char_length(search_text) <= 1000),
      sort_name text collate "und-x-icu" generated always as (
        left(case when parent_surname = '' then parent_name else parent_surname || ' ' || parent_name end, 100)
      ) stored,
      sort_child text collate "und-x-icu" generated always as (left(child_name, 100)) stored,

      constraint parents_in_school unique (id, school_id)
    );
    create unique index parents_external_id_unique on parents (school_id, external_id);

    -- Lists: each order by itself, within a status (or the archived ones), within a class and a status; a class alone
    -- merges its statuses. The id ends each key, so that pages are exact.
    create index parents_by_name on parents (school_id, sort_name, id) where archived_at is null;
    create index parents_by_child on parents (school_id, sort_child, id) where archived_at is null;
    create index parents_by_change on parents (school_id, changed_at, id) where archived_at is null;
    create index parents_by_list_name on parents (school_id, listed_as, sort_name, id);
    create index parents_by_list_child on parents (school_id, listed_as, sort_child, id);
    create index parents_by_list_change on parents (school_id, listed_as, changed_at, id);
    create index parents_by_class_name on parents (school_id, class_name, listed_as, sort_name, id);
    create index parents_by_class_child on parents (school_id, class_name, listed_as, sort_child, id);
    create index parents_by_class_change on parents (school_id, class_name, listed_as, changed_at, id);
    -- Searches: only the rows that match in everything are fetched. What is written since the last vacuum is read by
    -- each search, so it is kept short.
    create index parents_by_words on parents using gin (word_starts(school_id, search_text), listed_as, class_name)
      with (gin_pending_list_limit = 512) where archived_at is null;
    create index parents_archived_by_words on parents using gin (word_starts(school_id, search_text), class_name)
      with (gin_pending_list_limit = 512) where archived_at is not null;
    -- The queue of photos that wait for review, oldest first.
    create index parents_waiting on parents (school_id, photo_id) where photo_status = 'pending' and archived_at is null;
    create index parents_waiting_in_class on parents (school_id, class_name, photo_id)
      where photo_status = 'pending' and archived_at is null;
    create index parents_to_lapse on parents (link_expires_at) where not link_lapsed;

    create function parents_touch() returns trigger language plpgsql as $$
    begin
      if row (new.parent_name, new.parent_surname, new.child_name, new.class_name, new.photo_status, new.photo_id,
              new.declined_at, new.link_revoked_at, new.link_version, new.link_lapsed, new.opened_at, new.not_me_at, new.archived_at)
         is distinct from
         row (old.parent_name, old.parent_surname, old.child_name, old.class_name, old.photo_status, old.photo_id,
              old.declined_at, old.link_revoked_at, old.link_version, old.link_lapsed, old.opened_at, old.not_me_at, old.archived_at)
      then
        new.changed_at := now();
      end if;
      return new;
    end $$;
    create trigger parents_touch before update on parents for each row execute function parents_touch();
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop table parents;
    drop function parents_touch(), word_starts(bigint, text);
    drop function parent_status(text, timestamptz, timestamptz, boolean, timestamptz);
    drop domain person_name;
  `);
};
