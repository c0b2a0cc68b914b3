import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create domain sha256_hex as text check (value ~ '^[0-9a-f]{64}$');

    create table photos (
      id bigint generated always as identity primary key,
      parent_id bigint not null,
      school_id bigint not null,
      filename text not null constraint photos_filename_unique unique
        check (filename ~ '^s[1-9][0-9]*/[0-9a-f]{2}/[0-9a-f]{32}$'),
      upload_id uuid not null, -- made by the form: the same id with the same bytes is the same upload
      uploaded_at timestamptz not null default now(),
      sha256 sha256_hex not null,
      thumb_sha256 sha256_hex not null,
      source_sha256 sha256_hex not null,
      source_format text not null check (char_length(source_format) between 1 and 10),
      source_bytes bigint not null check (source_bytes > 0),
      width int not null check (width between 1 and 1200),
      height int not null check (height between 1 and 1200),
      bytes int not null check (bytes > 0),
      may_be_damaged boolean not null default false,
      status text not null default 'pending' check (status in ('pending', 'approved', 'rejected', 'superseded')),
      reviewed_at timestamptz,
      reviewed_by bigint references staff on delete set null,
      reject_reasons text[] not null default '{}' check (cardinality(reject_reasons) <= 7),
      reject_note text check (char_length(reject_note) between 1 and 300),
      superseded_at timestamptz,
      files_deleted_at timestamptz, -- the row stays, its files are gone
      constraint photos_parent foreign key (parent_id, school_id) references parents (id, school_id) on delete cascade,
      constraint photos_upload_unique unique (parent_id, upload_id, source_sha256),
      constraint photos_superseded check ((status = 'superseded') = (superseded_at is not null)),
      constraint photos_reviewed check (status not in ('approved', 'rejected') or reviewed_at is not null),
      constraint photos_rejected check (status = 'rejected' or (cardinality(reject_reasons) = 0 and reject_note is null))
    );
    create unique index photos_one_pending on photos (parent_id) where status = 'pending';
    create unique index photos_one_approved on photos (parent_id) where status = 'approved';
    create index photos_of_parent on photos (parent_id, id);
    create index photos_by_reviewer on photos (reviewed_by) where reviewed_by is not null;
    create index photos_reviewed_lately on photos (school_id, reviewed_at) include (status) where reviewed_at is not null;
    create index photos_to_clear on photos (coalesce(superseded_at, reviewed_at))
      where status in ('superseded', 'rejected') and files_deleted_at is null;

    -- A parent row says what its photos say: pending before approved before the newest being rejected.
    create function photos_tell_parent() returns trigger language plpgsql as $$
    declare
      told bigint := coalesce(new.parent_id, old.parent_id);
      shown_id bigint;
      shown_status text;
      gone timestamptz;
    begin
      perform from parents where id = told for update; -- what is read below must not be older than what is written
      select id, status, files_deleted_at into shown_id, shown_status, gone from photos
      where parent_id = told
      order by case status when 'pending' then 0 when 'approved' then 1 else 2 end, id desc
      limit 1;
      if shown_status = 'superseded' then shown_id := null; shown_status := null; end if;
      if gone is not null then shown_id := null; end if; -- still rejected, but there is nothing to show
      update parents set photo_status = shown_status, photo_id = shown_id
      where id = told and row (photo_status, photo_id) is distinct from row (shown_status, shown_id);
      return null;
    end $$;
    create trigger photos_tell_parent after insert or update of status, files_deleted_at or delete on photos
      for each row execute function photos_tell_parent();
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop table photos;
    drop function photos_tell_parent();
    drop domain sha256_hex;
  `);
};
