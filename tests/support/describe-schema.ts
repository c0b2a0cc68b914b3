import type { Db } from '../../src/platform/db.ts';

type Line = { sql: string };

/** What the migrations made, as SQL to read: domains, tables with columns and constraints, indexes, functions, triggers. */
export const describeSchema = async (db: Db): Promise<string> => {
  const parts = [];
  for (const query of [extensions, domains, tables, indexes, functions, triggers]) {
    const { rows } = await db.raw<{ rows: Line[] }>(query);
    parts.push(...rows.map((row) => row.sql));
  }
  return `-- Generated from the migrations by \`npm run schema\`; do not edit.\n\n${parts.join('\n\n')}\n`;
};

const mine = `n.nspname = 'public' and not exists (
  select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;

const extensions = `select format('create extension %I;', extname) as sql
  from pg_extension where extname <> 'plpgsql' order by extname`;

const domains = `
  select format(E'create domain %I as %s\\n  %s;', t.typname, format_type(t.typbasetype, t.typtypmod),
    string_agg(pg_get_constraintdef(k.oid), E'\\n  ' order by k.conname)) as sql
  from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_constraint k on k.contypid = t.oid
  where n.nspname = 'public' and t.typtype = 'd' group by t.oid order by t.typname`;

const tables = `
  select format(E'create table %I (\\n%s\\n);', c.relname, (
    select string_agg('  ' || line, E',\\n' order by kind, place) from (
      select 0 as kind, a.attnum::text::int as place, concat_ws(' ', quote_ident(a.attname),
        format_type(a.atttypid, a.atttypmod),
        case when a.attcollation not in (0, 100, 950) then format('collate %I', l.collname) end,
        case when a.attidentity = 'a' then 'generated always as identity' end,
        case when a.attgenerated = 's' then format('generated always as (%s) stored', pg_get_expr(v.adbin, v.adrelid))
          when v.adbin is not null then 'default ' || pg_get_expr(v.adbin, v.adrelid) end,
        case when a.attnotnull then 'not null' end) as line
      from pg_attribute a left join pg_attrdef v on v.adrelid = a.attrelid and v.adnum = a.attnum
        left join pg_collation l on l.oid = a.attcollation
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all
      select 1, row_number() over (order by k.contype, k.conname),
        format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n'
    ) lines)) as sql
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${mine} and c.relkind = 'r' and c.relname not like 'knex%' order by c.relname`;

const indexes = `
  select pg_get_indexdef(c.oid) || ';' as sql
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_index i on i.indexrelid = c.oid
  where ${mine} and c.relkind = 'i' and c.relname not like 'knex%'
    and not exists (select from pg_constraint k where k.conindid = c.oid)
  order by c.relname`;

const functions = `
  select rtrim(pg_get_functiondef(c.oid), E'\\n') || ';' as sql
  from pg_proc c join pg_namespace n on n.oid = c.pronamespace where ${mine} order by c.proname`;

const triggers = `
  select pg_get_triggerdef(t.oid) || ';' as sql from pg_trigger t
  join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where ${mine} and not t.tgisinternal order by t.tgname, c.relname`;
