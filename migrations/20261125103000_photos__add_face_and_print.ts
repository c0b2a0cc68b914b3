import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    alter table photos
      add column face jsonb check (jsonb_typeof(face) = 'object'), -- where the largest face is, in pixels of the full picture
      add column print bit(128); -- of the picture as a whole, which tells pictures apart and not people

    -- Where a picture is found again: pieces of its print, so that two pictures that differ in a few bits share one
    -- (bands 1 to 4), and the first bits of the hash of what was sent (band 0).
    create table photo_prints (
      school_id bigint not null,
      band smallint not null check (band between 0 and 4),
      value int not null,
      photo_id bigint not null references photos on delete cascade,
      primary key (school_id, band, value, photo_id)
    );
    create index photo_prints_of_photo on photo_prints (photo_id);
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop table photo_prints;
    alter table photos drop column face, drop column print;
  `);
};
