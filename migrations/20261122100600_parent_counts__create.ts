import type { Knex } from 'knex';

export const up = async (db: Knex): Promise<void> => {
  await db.raw(`
    -- How many parents of each class have each status, as differences that add up: each statement appends what it
    -- changed (no row that all uploads would wait for), the housekeeping folds them together.
    create table parent_counts (
      id bigint generated always as identity primary key,
      school_id bigint not null references schools on delete cascade,
      class_name text not null, -- '' for parents without a class
      status text not null,     -- parents.listed_as
      n int not null
    );
    create index parent_counts_of_school on parent_counts (school_id, class_name, status) include (n);

    create function parents_count() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        insert into parent_counts (school_id, class_name, status, n)
        select school_id, coalesce(class_name, ''), listed_as, count(*)
        from added group by 1, 2, 3;
      elsif tg_op = 'DELETE' then
        insert into parent_counts (school_id, class_name, status, n)
        select school_id, coalesce(class_name, ''), listed_as, -count(*)
        from removed group by 1, 2, 3;
      else
        insert into parent_counts (school_id, class_name, status, n)
        select school_id, class_name, status, sum(n) from (
          select school_id, coalesce(class_name, '') as class_name, listed_as as status, 1 as n from added
          union all
          select school_id, coalesce(class_name, ''), listed_as, -1 from removed
        ) moves group by 1, 2, 3 having sum(n) <> 0;
      end if;
      return null;
    end $$;
    create trigger parents_count_added after insert on parents
      referencing new table as added for each statement execute function parents_count();
    create trigger parents_count_removed after delete on parents
      referencing old table as removed for each statement execute function parents_count();
    create trigger parents_count_changed after update on parents
      referencing old table as removed new table as added for each statement execute function parents_count();
  `);
};

export const down = async (db: Knex): Promise<void> => {
  await db.raw(`
    drop trigger parents_count_added on parents;
    drop trigger parents_count_removed on parents;
    drop trigger parents_count_changed on parents;
    drop function parents_count();
    drop table parent_counts;
  `);
};
