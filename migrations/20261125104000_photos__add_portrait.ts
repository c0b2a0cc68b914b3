import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table photos
      add column portrait_version int check (portrait_version >= 1), -- null: a photo from before portraits
      add column portrait_sha256 sha256_hex,
      add column portrait_turn int check (portrait_turn in (0, 90, 180, 270)), -- clockwise, before the crop
      add column portrait_x int check (portrait_x >= 0),
      add column portrait_y int check (portrait_y >= 0),
      add column portrait_size int check (portrait_size >= 1), -- the crop's height; it is 4:5
      add column portrait_source text check (portrait_source in ('centre', 'face', 'staff')),
      add constraint photos_portrait check (
        num_nulls(portrait_version, portrait_sha256, portrait_turn, portrait_x, portrait_y, portrait_size, portrait_source)
          in (0, 7)
      ),
      add constraint photos_portrait_inside check (
        portrait_x + round(portrait_size * 0.8) <= case when portrait_turn in (90, 270) then height else width end
        and portrait_y + portrait_size <= case when portrait_turn in (90, 270) then width else height end
      );
    create index photos_without_portrait on photos (id)
      where portrait_version is null and files_deleted_at is null and status in ('pending', 'approved');
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop index photos_without_portrait;
    alter table photos
      drop constraint photos_portrait,
      drop constraint photos_portrait_inside,
      drop column portrait_version,
      drop column portrait_sha256,
      drop column portrait_turn,
      drop column portrait_x,
      drop column portrait_y,
      drop column portrait_size,
      drop column portrait_source;
  `);
};
