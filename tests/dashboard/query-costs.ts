import { setTimeout as wait } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import type { Db } from '../../src/platform/db.ts';

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
};
type Explained = { Plan: Plan; JIT?: object };
type Sent = { sql: string; bindings: unknown[] };
type Connection = {
  query: (query: { text: string; values: unknown[] }) => Promise<{ rows: Record<string, unknown>[] }>;
};

/** What one query costs: pages of 8 kB looked at, and tables that it read from one end to the other. */
type QueryCost = {
  sql: string;
  buffers: number;
  seqScans: string[];
  indexes: string[];
  jit: boolean;
  plan: Plan;
};

/**
 * Calls a function that asks `db`, and explains each query that it sent, with the same values; `ms` is the fastest of
 * three calls.
 */
export const measureQueries = async (
  db: Db,
  owner: Db,
  call: () => Promise<unknown>,
): Promise<{ costs: QueryCost[]; ms: number }> => {
  const sent: Sent[] = [];
  const note = ({ sql, bindings }: Sent) => sent.push({ sql, bindings });
  db.on('query', note);
  await call();
  db.removeListener('query', note);

  const costs: QueryCost[] = [];
  for (const { sql, bindings } of sent) costs.push(await explain(owner, { sql, bindings }));
  return { costs, ms: Math.min(await timed(call), await timed(call), await timed(call)) };
};

const explain = async (owner: Db, { sql, bindings }: Sent): Promise<QueryCost> => {
  const client = owner.client as {
    acquireConnection: () => Promise<Connection>;
    releaseConnection: (connection: Connection) => Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    const text = `explain (analyze, buffers, format json) ${sql}`;
    const { rows } = await connection.query({ text, values: bindings });
    const [explained] = rows[0]?.['QUERY PLAN'] as [Explained];
    const nodes = allNodes(explained.Plan);
    return {
      sql,
      buffers: explained.Plan['Shared Hit Blocks'] + explained.Plan['Shared Read Blocks'],
      seqScans: nodes.flatMap((node) => (node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [])),
      indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
      jit: explained.JIT !== undefined,
      plan: explained.Plan,
    };
  } finally {
    await client.releaseConnection(connection);
  }
};

const allNodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(allNodes)];

const timed = async (call: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await call();
  return performance.now() - start;
};

/** Vacuums until every page of a table is known to be visible to all, which a transaction elsewhere (autovacuum's) holds up. */
export const vacuumWhole = async (owner: Db, table: string): Promise<void> => {
  for (let tries = 0; tries < 40; tries += 1) {
    await owner.raw('vacuum analyze ??', [table]);
    const { rows } = await owner.raw<{ rows: { whole: boolean }[] }>(
      `select relallvisible = pg_relation_size(oid) / 8192 as whole from pg_class where oid = ?::regclass`,
      [table],
    );
    if (rows[0]?.whole) return;
    await wait(250);
  }
  throw new Error(`${table} is never visible to all`);
};
