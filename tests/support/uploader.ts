import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Db, openDb } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { type Sender, sendPhoto } from './sender.ts';
import type { Home } from './service.ts';

type Acknowledged = { parentId: number; uploadId: string; sha256: string };
type Source = { sender: Sender; bytes: Buffer };
/** Where the next photo goes: a port, and which of several services it is. */
type Target = { port: number; which: number };

/** Parents who send photo after photo, and remember each that was answered with success. */
export const makeUploader = (sources: Source[], target: (tries: number) => Target) => {
  const acknowledged: Acknowledged[] = [];
  const taken: number[] = [];
  const answers = new Map<number, number>();
  let over = false;

  /** What breaks off is sent again with the same id, as a browser does. */
  const keepSending = async ({ sender, bytes: source }: Source): Promise<void> => {
    let bytes = source;
    let uploadId = randomUUID();
    for (let tries = 0; !over; tries += 1) {
      const { port, which } = target(tries);
      const status = await sendPhoto({ ...sender, port }, bytes, { uploadId }).then(
        (answer) => answer.status,
        () => 0,
      );
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status !== 303) {
        await wait(20);
        continue;
      }
      acknowledged.push({ parentId: sender.parentId, uploadId, sha256: sha256(bytes) });
      taken[which] = (taken[which] ?? 0) + 1;
      uploadId = randomUUID();
      bytes = Buffer.concat([source, Buffer.from(uploadId)]); // other bytes each time
    }
  };
  const sending = Promise.all(sources.map(keepSending));
  return {
    acknowledged,
    /** How often each status came; 0 stands for no answer. */
    answers,
    /** How many photos service `which` took. */
    taken: (which: number): number => taken[which] ?? 0,
    stop: async (): Promise<void> => {
      over = true;
      await sending;
    },
  };
};

type Row = { parent_id: string; upload_id: string; source_sha256: string; sha256: string; filename: string };

/** What the database in a home says to `ask`; a service may be at it or not. */
export const askDatabase = async <T>(home: Home, ask: (db: Db) => Promise<T>): Promise<T> => {
  const postgres = await startEmbeddedPostgres({ dir: home.dataDir, durable: true });
  const db = openDb({ url: postgres.url('onboarding'), max: 1 });
  try {
    return await ask(db);
  } finally {
    await db.destroy();
    await postgres.stop();
  }
};

/**
 * What was acknowledged and is not there: each upload must have its row, and its file with that checksum. `read` gives a picture's
 * bytes by the row's name; from the disk when it is left out.
 */
export const missingOf = async (
  home: Home,
  acknowledged: Acknowledged[],
  read: (filename: string) => Promise<Buffer> = (name) => readFile(join(home.uploadsDir, 'photos', `${name}.jpg`)),
): Promise<string[]> => {
  const rows = await askDatabase(home, (db) =>
    db('photos').select<Row[]>('parent_id', 'upload_id', 'source_sha256', 'sha256', 'filename'),
  );
  const byUpload = new Map(rows.map((row) => [`${row.parent_id} ${row.upload_id} ${row.source_sha256}`, row]));
  const missing: string[] = [];
  for (const upload of acknowledged) {
    const row = byUpload.get(`${upload.parentId} ${upload.uploadId} ${upload.sha256}`);
    if (!row) missing.push(`no row for ${upload.uploadId}`);
    else if (sha256(await read(row.filename)) !== row.sha256) missing.push(`another file for ${upload.uploadId}`);
  }
  return missing;
};

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
