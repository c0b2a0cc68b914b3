import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Result } from '../shared/result.ts';
import { EmbeddedPostgresUnavailable, quoted } from './embedded-postgres-unavailable.ts';
import { within } from './within.ts';

const HOLDER = 'embedded-postgres'; // each attached process holds one connection of this name
const LINGER_MS = 1000; // backends of a pool that was closed a moment ago
const POLL_MS = 50;

/** A connection string for the server behind the unix socket in `folder`; the rest keeps PGPORT and PGSSLMODE out. */
export const socketUrl = (folder: string, { database, role }: { database: string; role: string }): string =>
  `postgres://${encodeURIComponent(role)}@localhost:5432/${encodeURIComponent(database)}` +
  `?host=${encodeURIComponent(folder)}&sslmode=disable`;

/**
 * Connects to the server behind `folder` as its owner. 'down': nobody listens there. 'busy': somebody does, but
 * cannot take us now (starting, recovering, stopping, full). The caller listens to the client's 'end'.
 */
export const connectOwner = async (folder: string): Promise<Result<Client, 'down' | 'busy'>> => {
  const client = new Client({
    connectionString: socketUrl(folder, { database: 'postgres', role: 'owner' }),
    application_name: HOLDER,
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
  });
  client.on('error', () => undefined); // its end tells enough, and comes with every error
  try {
    await client.connect();
    return { ok: true, value: client };
  } catch (error) {
    void client.end().catch(() => undefined);
    return { ok: false, reason: whyRefused(error, folder) };
  }
};

const BUSY = new Set([
  '57P03', // cannot_connect_now
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '53300', // too_many_connections
  'ECONNRESET',
  'EPIPE',
  'EAGAIN',
]);

const whyRefused = (error: unknown, folder: string): 'down' | 'busy' => {
  const { code } = error as { code?: string };
  if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'down';
  if (code === undefined || BUSY.has(code)) return 'busy'; // no code: time-out or a connection that broke off
  if (code !== 'EACCES') throw error;
  throw new EmbeddedPostgresUnavailable(
    `This user may not enter ${quoted(folder)}, where the database is running: start the service as the same user as before or as root.`,
    { cause: error },
  );
};

/** Ends a connection, within a second even if the server does not answer. */
export const disconnect = async (client: Client): Promise<void> => {
  await within(1000, client.end());
};

/** How many other clients, in this process or others, are connected for longer than a pool lingers that was just closed. */
export const countOthers = async (client: Client): Promise<number> => {
  for (let waited = 0; ; waited += POLL_MS) {
    const { rows } = await client.query<{ others: number; held: boolean }>(
      `select count(*)::int as others, coalesce(bool_or(application_name = '${HOLDER}'), false) as held
       from pg_stat_activity
       where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    const { others = 0, held = false } = rows[0] ?? {};
    if (others === 0 || held || waited >= LINGER_MS) return others;
    await wait(POLL_MS);
  }
};
