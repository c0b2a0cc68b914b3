import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- Unexpected errors by their kind: ids, types and places in the code, nothing of their messages.
    create table error_kinds (
      fingerprint text primary key constraint error_kinds_fingerprint_check check (fingerprint ~ '^[0-9a-f]{8}$'),
      type text not null constraint error_kinds_type_check check (type ~ '^[\\w.$-]{1,60}$'),
      code text constraint error_kinds_code_check check (code ~ '^[\\w.$-]{1,60}$'),
      place text not null constraint error_kinds_place_check check (char_length(place) between 1 and 100),
      times bigint not null constraint error_kinds_times_check check (times > 0),
      first_at timestamptz not null,
      last_at timestamptz not null,
      example_id text not null constraint error_kinds_example_id_check check (char_length(example_id) between 1 and 40),
      version text not null constraint error_kinds_version_check check (char_length(version) between 1 and 40)
    );
    create index error_kinds_latest on error_kinds (last_at, fingerprint);

    -- The processes that serve or run jobs: each says every half minute that it lives.
    create table instances (
      name text primary key constraint instances_name_check check (char_length(name) between 1 and 300),
      kind text not null constraint instances_kind_check check (kind in ('web', 'worker')),
      version text not null constraint instances_version_check check (char_length(version) between 1 and 40),
      started_at timestamptz not null,
      heard_at timestamptz not null
    );
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table instances; drop table error_kinds');
};
