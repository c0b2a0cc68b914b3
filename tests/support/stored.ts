import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { expect } from 'vitest';
import type { App } from './app.ts';
import type { RawAnswer } from './raw-http.ts';

/** Every file under UPLOADS_DIR but the installation's id, and how many rows tell of photos. */
export const storedIn = async (app: Pick<App, 'db' | 'uploadsDir'>) => {
  const entries = readdirSync(app.uploadsDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'installation-id').map(({ name }) => name);
  const count = async (table: string) => Number((await app.db(table).count<{ count: string }[]>())[0]?.count);
  return { files: files.sort(), photos: await count('photos'), events: await count('events') };
};

/** Runs `work` and expects that nothing was stored by it: a second later there is no file, no row and no event more. */
export const expectNothingStored = async <T>(app: App, work: () => Promise<T>): Promise<T> => {
  const stored = await storedIn(app);
  // A temporary file of the form before this one may still be on its way out: it does not belong here.
  const before = { ...stored, files: stored.files.filter((name) => !name.endsWith('.part')) };
  const outcome = await work();
  await expect.poll(() => storedIn(app), { timeout: 1000, interval: 20 }).toEqual(before);
  return outcome;
};

/** Every byte of text that the database holds, and every path under UPLOADS_DIR. */
export const everythingStored = async (app: App): Promise<string> => {
  const { rows } = await app.db.raw<{ rows: { name: string }[] }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const tables = await Promise.all(rows.map(({ name }) => app.db(name).select()));
  return JSON.stringify([tables, readdirSync(app.uploadsDir, { recursive: true })]);
};

/** The newest photo of a parent as it lies on disk. */
export const storedPhoto = async (app: App, parentId: number): Promise<Buffer> => {
  const [photo] = await app.photos.listOfParent(parentId);
  if (!photo) throw new Error('there is no photo');
  return readFileSync(join(app.uploadsDir, 'photos', `${photo.filename}.jpg`));
};

/** The text of an answer that is a whole page in words, with a way on and nothing of our inside. */
export const expectPage = (answer: RawAnswer, status: number, ...words: string[]): string => {
  const root = parse(answer.body);
  const text = (root.querySelector('main') ?? root).text.replaceAll(/\s+/g, ' ').trim();
  expect({ status: answer.status, whole: answer.whole, text }, JSON.stringify(answer).slice(0, 1500)).toMatchObject({
    status,
    whole: true,
  });
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.body).toMatch(/<\/html>\s*$/);
  for (const word of words) expect(text).toContain(word);
  expect(text).not.toMatch(/\bat .*\.ts:|multer|busboy|sharp|vips|postgres|sql|ENOENT|undefined|\[object/i);
  return text;
};
