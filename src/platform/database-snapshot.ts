import type { Readable } from 'node:stream';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { copyTarget, PLAIN_TEXT, readMigrations, readTables, sumTable, type TableShape } from './database-tables.ts';
import { connectionTo } from './db.ts';
import { within } from './within.ts';

/** A lock of the schema (a migration that runs) is waited for so long, in milliseconds. */
const LOCK_MS = 60_000;
const CLOSE_MS = 1000;

/**
 * The database as it is at one moment, for as long as it is open. It reads only, and stands in nobody's way but a migration's.
 * `connection` is the owner's, who may read every table.
 */
export const openSnapshot = async (connection: Parameters<typeof connectionTo>[0]) => {
  const client = new Client({
    ...connectionTo(connection),
    application_name: 'parent-onboarding-backup',
    statement_timeout: 0, // a table may be as large as it likes
    idle_in_transaction_session_timeout: 0,
    lock_timeout: LOCK_MS,
    connectionTimeoutMillis: 4000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // each query that it ends rejects by itself
  const ask = async <Row extends object>(sql: string): Promise<Row[]> => (await client.query<Row>(sql)).rows;
  const copy = (sql: string): Readable => {
    const rows = client.query(copyTo(sql));
    rows.on('error', () => undefined); // who reads it hears of it; whoever stopped reading must not be killed by it
    return rows;
  };
  try {
    await client.connect();
    await client.query(PLAIN_TEXT);
    await client.query('begin isolation level repeatable read read only');
    const [first] = await ask<{ snapshot: string; version: string }>(
      `select pg_export_snapshot() as snapshot, current_setting('server_version_num') as version`,
    );
    return {
      /** Its name, for other connections to the same server. */
      name: first?.snapshot ?? '',
      /** The server's, like 18. */
      major: Math.floor(Number(first?.version) / 10_000),
      ask,
      tables: () => readTables(ask),
      migrations: () => readMigrations(ask),
      sum: (table: TableShape) => sumTable(ask, table),
      /** The rows of a table in PostgreSQL's text format, one a line. One stream at a time. */
      rows: (table: TableShape): Readable => copy(`copy ${copyTarget(table)} to stdout`),
      /** What a question for one JSON value gives, a row a line, as it is: JSON has no such characters. */
      lines: (sql: string): Readable =>
        copy(`copy (${sql}) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`),
      /**
       * Where the sequences are. They are not part of the snapshot: they are at least as far as its rows, which is all that
       * matters.
       */
      sequences: () =>
        ask<{ name: string; value: string }>(
          `select sequencename::text as name, last_value::text as value from pg_sequences
           where schemaname = 'public' and sequencename not like 'knex\\_migrations%' and last_value is not null
           order by 1`,
        ),
      close: () => disconnect(client),
    };
  } catch (error) {
    await disconnect(client);
    throw error;
  }
};

/** A connection in the middle of a table that nobody reads any more does not end by itself. */
const disconnect = async (client: Client): Promise<void> => {
  await within(CLOSE_MS, client.end());
  client.connection.stream.destroy();
};

export type Snapshot = Awaited<ReturnType<typeof openSnapshot>>;
