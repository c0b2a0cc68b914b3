import connectPgSimple from 'connect-pg-simple';
import session from 'express-session';
import type { Pool, PoolClient } from 'pg';
import type { Db } from './db.ts';

/**
 * Sessions in PostgreSQL on Knex's pool, kept `ttl` seconds after they were last written; the table comes from a
 * migration, the housekeeping prunes it. Nothing is written for a mere look: the touch on every request would be the
 * dearest part of a page (middleware/session.ts writes once a minute instead).
 */
export const makeSessionStore = (db: Db, { ttl }: { ttl: number }): session.Store => {
  const PgStore = connectPgSimple(session);
  const query = async (text: string, values: unknown[]) => {
    const client = db.client as Knexish;
    try {
      const connection = await client.acquireConnection();
      try {
        return await connection.query(text, values);
      } finally {
        await client.releaseConnection(connection);
      }
    } catch (error) {
      throw withoutEnoent(error);
    }
  };
  const pool = { query } as unknown as Pool;
  return new PgStore({ pool, ttl, tableName: 'sessions', disableTouch: true, pruneSessionInterval: false });
};

/** express-session reads ENOENT (the socket of a database that is away) as 'no session' and signs people out. */
const withoutEnoent = (error: unknown): unknown =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' })
    : error;

type Knexish = {
  acquireConnection: () => Promise<PoolClient>;
  releaseConnection: (connection: PoolClient) => Promise<void>;
};
