import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- Which photo somebody of the office is looking at, so that a colleague gets another one. One for each of them: who
    -- goes on gives back the one before. A claim that is over counts for nothing and is written over.
    create table review_claims (
      photo_id bigint primary key references photos on delete cascade,
      school_id bigint not null references schools on delete cascade,
      staff_id bigint not null constraint review_claims_one_each unique references staff on delete cascade,
      claimed_until timestamptz not null
    );
    create index review_claims_of_school on review_claims (school_id, claimed_until);
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw('drop table review_claims');
};
