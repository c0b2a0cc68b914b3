import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { knownMigrations } from '../src/platform/db.ts';
import { contractsOf } from './support/contracting.ts';

/** A migration with this on its way up; on its way down it takes away, as all do. */
const withUp = (sql: string, head = ''): string =>
  `${head}\nexport const up = async (db) => {\n  await db.raw(\`${sql}\`);\n};\n\nexport const down = async (db) => {\n  await db.raw('drop table x');\n};\n`;

test('R65: no migration takes away what the program before it uses, or says why it may', () => {
  const names = knownMigrations();
  expect(names.length).toBeGreaterThan(10);
  const found = names.flatMap((name) => {
    const text = readFileSync(new URL(`../migrations/${name}`, import.meta.url), 'utf8');
    return contractsOf(text).map((what) => `${name} ${what}`);
  });
  expect(found, 'CONTRIBUTING.md, "Expand, then contract"').toEqual([]);
});

test.each([
  ['alter table photos drop column sha256', 'drops something'],
  ['DROP   TABLE photos', 'drops something'],
  ['alter table photos drop sha256', 'drops something'],
  ['alter table photos drop "sha256", drop constraint photos_x', 'drops something'],
  ['drop function parent_status(text)', 'drops something'],
  ['drop trigger parents_count_added on parents', 'drops something'],
  ['drop domain sha256_hex', 'drops something'],
  ['alter table photos rename column sha256 to hash', 'renames something'],
  ['alter table photos rename to pictures', 'renames something'],
  ['alter table photos alter column width type bigint', 'changes a type'],
  ['alter table photos alter width set data type bigint', 'changes a type'],
  ['alter table photos alter column note set not null', 'asks for a value'],
  ['alter table photos alter column note drop default', 'takes a default away'],
  ['alter table photos add column note text not null, add column x int default 0', 'adds a column that needs a value'],
  ['alter table photos add x int not null', 'adds a column that needs a value'],
  ['alter table photos add if not exists x numeric(10, 2) not null', 'adds a column that needs a value'],
])('R65: %s: is refused', (sql, what) => {
  expect(contractsOf(withUp(sql))).toEqual([what]);
  expect(contractsOf(withUp(sql, '// contract: unused since 0.4, which every installation runs'))).toEqual([]);
  expect(contractsOf(withUp(sql, '// contract: fine'))).toEqual([what]);
});

test.each([
  'alter table photos add column note text',
  'alter table photos add column note text not null default $$none$$',
  'alter table photos add column x int, drop constraint photos_x',
  'alter table photos add x numeric(10, 2) not null default 0',
  'alter table photos add constraint photos_x check (note is not null)',
  'alter table photos alter column note drop not null',
  'drop index photos_unbacked',
  'create table notes (id bigint not null); -- may be dropped: drop table notes',
])('R65: %s: may be', (sql) => {
  expect(contractsOf(withUp(sql))).toEqual([]);
});

test('R65: the way up is looked at also where the way down stands before it', () => {
  const down = "export const down = async (db) => {\n  await db.raw('drop table y');\n};\n\n";
  const up = (sql: string) => `export const up = async (db) => {\n  await db.raw('${sql}');\n};\n`;
  expect(contractsOf(`${down}${up('drop table x')}`)).toEqual(['drops something']);
  expect(contractsOf(`${down}${up('create table x (id int)')}`)).toEqual([]);
});
