import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table photos
      add column backed_up_at timestamptz, -- when a copy of its files was last whole in S3
      add column unbacked_since timestamptz default now(); -- since when its files have no copy there; null: they have one
    create index photos_unbacked on photos (unbacked_since, id)
      where unbacked_since is not null and files_deleted_at is null;

    -- A portrait that was cut anew is a file without a copy.
    create function photos_want_backup() returns trigger language plpgsql as $$
    begin
      new.unbacked_since := coalesce(old.unbacked_since, now());
      return new;
    end $$;
    create trigger photos_want_backup before update of portrait_version on photos
      for each row when (new.portrait_version is distinct from old.portrait_version)
      execute function photos_want_backup();
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop trigger photos_want_backup on photos;
    drop function photos_want_backup();
    drop index photos_unbacked;
    alter table photos drop column backed_up_at, drop column unbacked_since;
  `);
};
