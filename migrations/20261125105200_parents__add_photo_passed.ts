import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- Whether the photo that waits passed every check, and no other parent has sent the same picture: kept on the
    -- parent, whose indexes have the class and leave out the archived ones.
    alter table parents add column photo_passed boolean not null default false;
    create index parents_passed on parents (school_id, photo_id)
      where photo_status = 'pending' and photo_passed and archived_at is null;
    create index parents_passed_in_class on parents (school_id, class_name, photo_id)
      where photo_status = 'pending' and photo_passed and archived_at is null;

    create function photo_passes(status text, checks_verdict text, checks jsonb) returns boolean
      language sql immutable parallel safe
    return status = 'pending' and checks_verdict is not distinct from 'passed'
      and checks @> '[{"code": "several-faces", "level": "ok"}]' -- somebody has looked for faces, and found one
      and not checks @> '[{"code": "same-picture", "level": "hint"}]'
      and not checks @> '[{"code": "same-picture", "level": "advice"}]';

    -- As before, and whether the photo passed.
    create or replace function photos_tell_parent() returns trigger language plpgsql as $$
    declare
      told bigint := coalesce(new.parent_id, old.parent_id);
      shown_id bigint;
      shown_status text;
      gone timestamptz;
      passed boolean;
    begin
      perform from parents where id = told for update; -- what is read below must not be older than what is written
      select id, status, files_deleted_at, photo_passes(status, checks_verdict, checks)
      into shown_id, shown_status, gone, passed from photos
      where parent_id = told
      order by case status when 'pending' then 0 when 'approved' then 1 else 2 end, id desc
      limit 1;
      if shown_status = 'superseded' then shown_id := null; shown_status := null; end if;
      if gone is not null then shown_id := null; end if; -- still rejected, but there is nothing to show
      passed := coalesce(passed, false);
      update parents set photo_status = shown_status, photo_id = shown_id, photo_passed = passed
      where id = told
        and row (photo_status, photo_id, photo_passed) is distinct from row (shown_status, shown_id, passed);
      return null;
    end $$;
    create or replace trigger photos_tell_parent
      after insert or update of status, files_deleted_at, checks, checks_verdict or delete on photos
      for each row execute function photos_tell_parent();

    update parents set photo_passed = true from photos
    where photos.id = photo_id and photo_passes(photos.status, checks_verdict, checks);
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    create or replace function photos_tell_parent() returns trigger language plpgsql as $$
    declare
      told bigint := coalesce(new.parent_id, old.parent_id);
      shown_id bigint;
      shown_status text;
      gone timestamptz;
    begin
      perform from parents where id = told for update;
      select id, status, files_deleted_at into shown_id, shown_status, gone from photos
      where parent_id = told
      order by case status when 'pending' then 0 when 'approved' then 1 else 2 end, id desc
      limit 1;
      if shown_status = 'superseded' then shown_id := null; shown_status := null; end if;
      if gone is not null then shown_id := null; end if;
      update parents set photo_status = shown_status, photo_id = shown_id
      where id = told and row (photo_status, photo_id) is distinct from row (shown_status, shown_id);
      return null;
    end $$;
    create or replace trigger photos_tell_parent after insert or update of status, files_deleted_at or delete on photos
      for each row execute function photos_tell_parent();
    drop function photo_passes(text, text, jsonb);
    alter table parents drop column photo_passed;
  `);
};
