import type { PoolClient } from 'pg';
import type { Db, Trx } from './db.ts';

type Connection = PoolClient & { __knex__disposed?: unknown };

/** The part of Knex's client that lends a connection of its pool. */
type Lender = {
  acquireConnection: () => Promise<Connection>;
  releaseConnection: (connection: Connection) => Promise<void>;
  emit: (event: 'query', query: { sql: string; bindings: unknown[] }) => void;
};

const names = new Map<string, string>();
const nameOf = (text: string): string => {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `q${names.size}`));
  return name;
};

/**
 * Asks one of the few questions that every page or upload has, on Knex's pool or in a transaction: as a statement that
 * PostgreSQL keeps parsed, it costs half of what `db.raw` does. `text` is a constant with $1, $2 ... (each text is kept for good)
 * and names its columns: the plan of a `*` breaks when a newer version adds one. Where a plan breaks all the same (a migration
 * changed a type), the question is asked once more without it, but for a transaction, which is lost; each connection meets
 * that once. Poolers that share connections between transactions have no place for kept statements.
 */
export const askPrepared = async <Row>(db: Db | Trx, text: string, values: unknown[]): Promise<Row[]> => {
  if (db.isTransaction && (db as Trx).isCompleted()) throw new Error('The transaction is over');
  const lender = db.client as Lender; // a transaction's lends its connection also when that belongs to others again
  const connection = await lender.acquireConnection();
  try {
    lender.emit('query', { sql: text, bindings: values }); // as Knex's own: `db.on('query')` hears of all
    const { rows } = await connection.query({ name: nameOf(text), text, values }).catch((error: unknown) => {
      if (!isOutdated(error)) throw error;
      connection.__knex__disposed = error; // Knex drops it from its pool
      if (db.isTransaction) throw error;
      return connection.query({ text, values });
    });
    return rows as Row[];
  } finally {
    await lender.releaseConnection(connection);
  }
};

type Value = string | number | boolean | Date | null;

/**
 * Inserts a row as `askPrepared` asks, and gives its id as the driver does (a bigint is text). `table` and the names of the
 * columns are constants; what has no column gets the table's default.
 */
export const insertPrepared = async (trx: Trx, table: string, row: Record<string, Value>): Promise<string> => {
  const columns = Object.keys(row);
  const places = columns.map((_, i) => `$${i + 1}`);
  const text = `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')}) returning id`;
  const [inserted] = await askPrepared<{ id: string }>(trx, text, Object.values(row));
  if (!inserted) throw new Error('insert returned no row');
  return inserted.id;
};

/** 'cached plan must not change result type'; and what goes in has the type that a column had before. */
const OUTDATED: unknown[] = ['0A000', '42804'];
const isOutdated = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && OUTDATED.includes(error.code);
