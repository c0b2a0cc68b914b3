import connectPgSimple from 'connect-pg-simple';
import type { Request } from 'express';
import session from 'express-session';
import type { Pool } from 'pg';
import type { Db } from './db.ts';
import { askPrepared } from './prepared.ts';

/**
 * Sessions in PostgreSQL on Knex's pool, kept `ttl` seconds after they were last written; the table comes from a
 * migration, the housekeeping prunes it. Nothing is written for a mere look: the touch on every request would be the
 * dearest part of a page (middleware/session.ts writes once a minute instead). A session that was loaded is only ever
 * updated: a slow page that ends after the sign-out must not bring it back.
 */
export const makeSessionStore = (db: Db, { ttl }: { ttl: number }): SessionStore => {
  const PgStore = connectPgSimple(session);
  const query = async (text: string, values: unknown[]) => {
    try {
      return { rows: await askPrepared(db, text, values) };
    } catch (error) {
      throw withoutEnoent(error);
    }
  };
  const pool = { query } as unknown as Pool;
  const loaded = new WeakSet<object>();
  class Store extends PgStore {
    override createSession(req: Request, data: session.SessionData) {
      const made = super.createSession(req, data);
      loaded.add(made);
      return made;
    }
    /** Not by saving: what this request loaded may be older than what another one has saved since. */
    async keepAwake(sid: string, seenAt: number): Promise<void> {
      const text = `update sessions set sess = jsonb_set(sess, '{seenAt}', to_jsonb($2::bigint)),
                    expire = now() + make_interval(secs => $3) where sid = $1`;
      await query(text, [sid, seenAt, ttl]);
    }
    override set(sid: string, data: session.SessionData, done: (error?: unknown) => void = () => undefined): void {
      if (!loaded.has(data)) super.set(sid, data, done);
      else
        query('update sessions set sess = $2, expire = now() + make_interval(secs => $3) where sid = $1', [
          ...[sid, JSON.stringify(data), ttl],
        ]).then(() => done(), done);
    }
  }
  return new Store({ pool, ttl, tableName: 'sessions', disableTouch: true, pruneSessionInterval: false });
};

/** `keepAwake` renews the session's time and notes when it was seen, in milliseconds since 1970. */
export type SessionStore = session.Store & { keepAwake: (sid: string, seenAt: number) => Promise<void> };

/** express-session reads ENOENT (the socket of a database that is away) as 'no session' and signs people out. */
const withoutEnoent = (error: unknown): unknown =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? Object.assign(new Error('the database is away'), { code: 'ECONNREFUSED' })
    : error;
