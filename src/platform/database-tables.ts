/** A table of ours as a backup sees it: without the columns that PostgreSQL makes from others. */
export type TableShape = { name: string; columns: string[] };
/** How many rows a table has, and a sum over all of them in which their order does not matter. */
export type TableSum = { rows: number; sum: string };

type Ask = <Row extends object>(sql: string) => Promise<Row[]>;

/** How values are written as text, whatever the server, the database or the role are set to: sums are taken of texts. */
export const PLAIN_TEXT = `set timezone = 'UTC'; set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres';
  set bytea_output = 'hex'; set extra_float_digits = 1; set client_encoding = 'UTF8'`;

/** The tables of the service; those in which Knex notes the migrations are made anew by running them. */
export const readTables = (ask: Ask): Promise<TableShape[]> =>
  ask<TableShape>(
    `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'knex\\_migrations%'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     group by c.relname order by c.relname collate "C"`,
  );

/** Names of the migrations that have run, in their order. */
export const readMigrations = async (ask: Ask): Promise<string[]> =>
  (await ask<{ name: string }>('select name from public.knex_migrations order by id')).map(({ name }) => name);

/** An SQL question for `n` (rows) and `sum`: the sum of the first 64 bits of each row's SHA-256, the same on every version and machine. */
export const sumQuestion = ({ name, columns }: TableShape): string =>
  `select count(*)::bigint as n, coalesce(sum(('x' || left(encode(sha256(convert_to(row(${columns
    .map(quoteName)
    .join()})::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint::numeric), 0)::text as sum from public.${quoteName(name)}`;

/** Counts and sums a table up. */
export const sumTable = async (ask: Ask, table: TableShape): Promise<TableSum> => {
  const [row] = await ask<{ n: string; sum: string }>(sumQuestion(table));
  return { rows: Number(row?.n), sum: row?.sum ?? '' };
};

/** An identifier in SQL. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** `public.table (columns)` as COPY wants it. */
export const copyTarget = ({ name, columns }: TableShape): string =>
  `public.${quoteName(name)} (${columns.map(quoteName).join(', ')})`;

/** The tables so that each comes after those that its foreign keys point to. */
export const inOrderOfKeys = async (ask: Ask, tables: TableShape[]): Promise<TableShape[]> => {
  const keys = await ask<{ from: string; to: string }>(
    `select conrelid::regclass::oid::text, c.relname::text as "from", t.relname::text as "to"
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
     where k.contype = 'f' and c.relnamespace = 'public'::regnamespace and c.oid <> t.oid`,
  );
  const ordered: TableShape[] = [];
  let left = tables;
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const free = left.filter(({ name }) => !keys.some(({ from, to }) => from === name && waiting.has(to)));
    if (free.length === 0) throw new Error('foreign keys go round in a circle');
    ordered.push(...free);
    left = left.filter((table) => !free.includes(table));
  }
  return ordered;
};

/**
 * SQL that removes everything of ours from the schema `public`, but not what belongs to extensions. It collects the names first:
 * what is dropped takes others with it.
 */
export const EMPTY_PUBLIC = `do $$
declare
  one text;
  ours text[];
begin
  select array_agg(what) into ours from (
    select format('drop table if exists public.%I cascade', relname) as what, 1 as turn from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype = 'e')
    union all
    select format('drop routine if exists %s cascade', oid::regprocedure), 2 from pg_proc
    where pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e')
    union all
    select format('drop domain if exists public.%I cascade', typname), 3 from pg_type
    where typnamespace = 'public'::regnamespace and typtype = 'd'
      and not exists (select from pg_depend where classid = 'pg_type'::regclass and objid = pg_type.oid and deptype = 'e')
    order by turn
  ) found;
  foreach one in array coalesce(ours, '{}') loop
    execute one;
  end loop;
end $$`;
