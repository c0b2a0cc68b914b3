import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    create table staff (
      id bigint generated always as identity primary key,
      email text not null check (char_length(email) between 3 and 254),
      name text not null check (char_length(name) between 1 and 200),
      password_hash text not null check (password_hash like '$argon2id$%'),
      disabled_at timestamptz,
      created_at timestamptz not null default now()
    );
    create unique index staff_email_unique on staff (lower(email));

    create table staff_roles (
      staff_id bigint not null references staff on delete cascade,
      school_id bigint not null references schools on delete cascade,
      role text not null check (role in ('admin', 'reviewer', 'gate')),
      primary key (staff_id, school_id)
    );
    create index staff_roles_by_school on staff_roles (school_id, role);
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table staff_roles, staff');
};
