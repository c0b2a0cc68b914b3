import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- How often each check spoke and what became of it, by the day (UTC) on which the photo was checked; code '' stands for the
    -- photo as a whole. Differences that add up, as in parent_counts: each change of a photo appends, the housekeeping folds.
    create table check_counts (
      id bigint generated always as identity primary key,
      school_id bigint not null references schools on delete cascade,
      day date not null,
      code text not null,
      looked int not null,   -- photos in which it was looked at
      hinted int not null,
      advised int not null,
      better int not null,   -- advised, told, and another photo came before anybody decided
      anyway int not null,   -- advised, told, and sent anyway
      approved int not null  -- sent anyway and then approved
    );
    create index check_counts_of_school on check_counts (school_id, day, code)
      include (looked, hinted, advised, better, anyway, approved);

    create function photos_count_checks() returns trigger language plpgsql as $$
    declare
      changed boolean := new.checks is distinct from old.checks;
      untold boolean := new.sent_anyway_at is null;
      is_better int := (old.status = 'pending' and new.status = 'superseded' and untold)::int;
      is_anyway int := (old.sent_anyway_at is null and not untold)::int;
      is_approved int := case
        when untold then 0
        when new.status = 'approved' and old.status in ('pending', 'rejected') then 1
        when new.status in ('pending', 'rejected') and old.status = 'approved' then -1
        else 0 end;
    begin
      insert into check_counts (school_id, day, code, looked, hinted, advised, better, anyway, approved)
      select new.school_id, (new.checked_at at time zone 'UTC')::date, code,
             sum(n), sum(n * (level = 'hint')::int), sum(n * (level = 'advice')::int),
             sum(told * is_better), sum(told * is_anyway), sum(told * is_approved)
      from (
        -- what is said now, when it was not said before; the parent was told of what is said now
        select changed::int as n, code, level, told from photos_checks_said(new.checks)
        union all
        select -1, code, level, 0 from photos_checks_said(old.checks) where changed
      ) said
      group by code
      having row (sum(n), sum(n * (level = 'hint')::int), sum(n * (level = 'advice')::int)) <> row (0, 0, 0)
        or sum(told) * (is_better + is_anyway + abs(is_approved)) <> 0;
      return null;
    end $$;

    -- What the checks of a photo say, and as code '' what they say together. 'told': whether the parent is, who never hears of
    -- another parent's picture.
    create function photos_checks_said(checks jsonb) returns table (code text, level text, told int)
    language sql immutable as $$
      with each as (
        select one->>'code' as code, one->>'level' as level,
               (one->>'level' = 'advice' and one->>'code' <> 'same-picture')::int as told
        from jsonb_array_elements(checks) one
      )
      select code, level, told from each
      union all
      select '', case when bool_or(level = 'advice') then 'advice' else 'ok' end, coalesce(max(told), 0)
      from each having checks is not null
    $$;

    create trigger photos_count_checks after update of checks, status, sent_anyway_at on photos
      for each row when (new.checks is not null) execute function photos_count_checks();
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop trigger photos_count_checks on photos;
    drop function photos_count_checks();
    drop function photos_checks_said(jsonb);
    drop table check_counts;
  `);
};
