import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import {
  copyTarget,
  EMPTY_PUBLIC,
  inOrderOfKeys,
  PLAIN_TEXT,
  quoteName,
  sumTable,
  type TableShape,
  type TableSum,
} from './database-tables.ts';
import { migrationSettings, type Trx } from './db.ts';

/** Of each table what it is and what it holds. */
export type TableFacts = TableShape & TableSum;

type Dump = {
  migrations: string[];
  tables: TableFacts[];
  sequences: { name: string; value: string }[];
  /** Its rows, as `Snapshot.rows` gave them. */
  rows: (table: TableFacts) => Promise<Readable>;
};

/** Thrown when what was loaded is not what was saved; the transaction is then rolled back. */
export class LoadDiffers extends Error {}

/**
 * Puts a dump in the place of all that the schema `public` holds, inside the caller's transaction: before its commit nothing is
 * changed for anybody. The schema is made by the migrations that the dump knew, and every table is counted and summed up against
 * what was saved.
 */
export const loadDump = async (trx: Trx, dump: Dump): Promise<void> => {
  const ask = async <Row extends object>(sql: string): Promise<Row[]> => (await trx.raw<{ rows: Row[] }>(sql)).rows;
  await trx.raw(PLAIN_TEXT.replaceAll('set ', 'set local '));
  await trx.raw(EMPTY_PUBLIC);
  for (const name of dump.migrations) await trx.migrate.up({ ...migrationSettings, name });
  const tables = await inOrderOfKeys(ask, dump.tables);
  const names = tables.map(({ name }) => `public.${quoteName(name)}`);
  // Triggers of ours did their work before these rows were saved. Those of foreign keys stay on.
  for (const name of names) await trx.raw(`alter table ${name} disable trigger user`);
  if (names.length > 0) await trx.raw(`truncate ${names.join(', ')}`); // migrations fill some
  for (const table of tables as TableFacts[]) await loadTable(trx, table, await dump.rows(table));
  for (const name of names) await trx.raw(`alter table ${name} enable trigger user`);
  for (const { name, value } of dump.sequences)
    await trx.raw('select setval(?::regclass, ?::bigint)', [`public.${quoteName(name)}`, value]);
  for (const table of dump.tables) {
    const { rows, sum } = await sumTable(ask, table);
    if (rows !== table.rows || sum !== table.sum) throw new LoadDiffers(`the table ${table.name} differs`);
  }
};

const loadTable = async (trx: Trx, table: TableShape, rows: Readable): Promise<void> => {
  const own = trx.client as { acquireConnection: () => Promise<Client> }; // the transaction's connection, which Knex types in part
  const connection = await own.acquireConnection();
  const copy = connection.query(copyFrom(`copy ${copyTarget(table)} from stdin`));
  copy.on('error', () => undefined); // the pipeline tells; a connection that ends later must not
  await pipeline(rows, copy);
};

/** Whether each table of the dump is there and holds the same. */
export const holdsTheSame = async (trx: Trx, tables: TableFacts[]): Promise<boolean> => {
  await trx.raw(PLAIN_TEXT.replaceAll('set ', 'set local '));
  const ask = async <Row extends object>(sql: string): Promise<Row[]> => (await trx.raw<{ rows: Row[] }>(sql)).rows;
  for (const table of tables) {
    const { rows: there } = await trx.raw<{ rows: { n: number }[] }>(
      `select count(*)::int as n from pg_attribute
       where attrelid = to_regclass(?) and attname = any(?) and not attisdropped`,
      [`public.${quoteName(table.name)}`, table.columns],
    );
    if (there[0]?.n !== table.columns.length) return false;
    const { rows, sum } = await sumTable(ask, table);
    if (rows !== table.rows || sum !== table.sum) return false;
  }
  return true;
};
