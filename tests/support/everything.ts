import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { App } from './app.ts';

/** Sessions, limits and Knex's own notes come and go with every request; all the rest is what people entrusted to us. */
const PASSING = ['sessions', 'rate_limits', 'knex_migrations', 'knex_migrations_lock'];

/** Every row of every table and every file, so that two moments can be compared: what may not change, did not. */
export const everything = async (app: App): Promise<Record<string, string[]>> => {
  const { rows } = await app.db.raw<{ rows: { name: string }[] }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  );
  const seen: Record<string, string[]> = { files: await filesIn(app.uploadsDir) };
  for (const { name } of rows.filter((one) => !PASSING.includes(one.name))) {
    const found = await app.db.raw<{ rows: { row: string }[] }>('select t::text as row from ?? t order by 1', [name]);
    seen[name] = found.rows.map(({ row }) => row);
  }
  return seen;
};

/** Every file below a folder, with the hash of its bytes. */
export const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = paths.map(
    async (path) =>
      `${path} ${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`,
  );
  return (await Promise.all(lines)).sort();
};
