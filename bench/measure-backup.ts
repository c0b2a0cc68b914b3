import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openDb } from '../src/platform/db.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { fillParents } from '../tests/dashboard/fill-parents.ts';
import { plainRow, type Row } from './row.ts';
import { scripts, type Service } from './service.ts';

/** Usual sizes in bytes: a picture of 1200 pixels, its thumbnail, its portrait. */
const SIZES = { full: 150_000, thumb: 12_000, portrait: 30_000 };
const KEY = Buffer.alloc(32, 5).toString('base64');
const MINUTE = 60;

/** Backup and restore of so many parents and photos, beside a plain copy of the photos. Takes ten minutes and 8 GB of disk. */
export const measureBackup = async (
  service: Service,
  { parents, photos }: { parents: number; photos: number },
): Promise<Row[]> => {
  await fill(service, { parents, photos });
  const copy = secondsOf(() =>
    cpSync(join(service.uploadsDir, 'photos'), join(service.dir, 'copy'), { recursive: true }),
  );
  rmSync(join(service.dir, 'copy'), { recursive: true });
  const first = await run(service, ['backup:run']);
  const again = await run(service, ['backup:run']);
  const verified = await run(service, ['backup:verify']);
  const elsewhere = { DATA_DIR: join(service.dir, 'other'), UPLOADS_DIR: join(service.dir, 'other-uploads') };
  const restored = await run(service, ['backup:restore', '--from', join(service.dataDir, 'backups')], elsewhere);
  const what = `of ${parents} parents and ${photos} photos`;
  const row = (name: string, { seconds, peakMib }: Measured, most: number): Row =>
    plainRow(
      `${name} ${what}`,
      `${Math.round(seconds)} s, peak ${peakMib} MiB`,
      `<= ${most} s, <= 300 MiB`,
      seconds <= most && peakMib <= 300,
    );
  return [
    plainRow(`plain copy ${what}`, `${copy.toFixed(0)} s`, 'the yardstick, not fsynced', true),
    row('first backup', first, 10 * MINUTE),
    row('backup without new photos', again, 2 * MINUTE),
    row('look at a backup', verified, 5 * MINUTE),
    row('restore', restored, 15 * MINUTE),
  ];
};

type Measured = { seconds: number; peakMib: number };

const fill = async (service: Service, { parents, photos }: { parents: number; photos: number }): Promise<void> => {
  const server = await startEmbeddedPostgres({ dir: service.dataDir, durable: true });
  const owner = openDb({ url: server.url('onboarding'), max: 3, statementTimeout: 0 });
  await fillParents(owner, { parents });
  const files = Object.entries(SIZES).map(([file, size]) => ({ file, bytes: randomBytes(size) }));
  const [full, thumb, portrait] = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
  await owner.raw('alter table photos disable trigger user');
  await owner.raw(
    `update photos set filename = 's' || school_id || '/' || left(md5(id::text), 2) || '/' || md5(id::text),
       sha256 = ?, thumb_sha256 = ?, portrait_version = 1, portrait_sha256 = ?, portrait_turn = 0, portrait_x = 0, portrait_y = 0,
       portrait_size = 1000, portrait_source = 'centre',
       files_deleted_at = case when id in (select id from photos order by id limit ?) then null else now() end`,
    [full ?? '', thumb ?? '', portrait ?? '', photos],
  );
  await owner.raw('alter table photos enable trigger user');
  const rows = await owner('photos').whereNull('files_deleted_at').select<{ filename: string }[]>('filename');
  for (const { filename } of rows) {
    const path = join(service.uploadsDir, 'photos', filename);
    mkdirSync(dirname(path), { recursive: true });
    for (const { file, bytes } of files)
      writeFileSync(`${path}${{ full: '', thumb: '.thumb', portrait: '.portrait-1' }[file] ?? ''}.jpg`, bytes);
  }
  await owner.destroy();
  await server.stop();
};

const secondsOf = (work: () => void): number => {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
};

/** A command of its own, with the most memory that it ever had. */
const run = async (service: Service, args: string[], more: Record<string, string> = {}): Promise<Measured> => {
  const began = performance.now();
  const env = { ...service.env, BACKUP_KEY: KEY, ...more };
  const child = spawn('sh', ['-c', `${scripts.cli} "$@"`, 'sh', ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  let peakMib = 0;
  const over = new AbortController();
  void ended.then(() => over.abort());
  while (!over.signal.aborted) {
    const [, kib = '0'] = /VmHWM:\s+(\d+)/.exec(statusOf(child.pid)) ?? [];
    peakMib = Math.max(peakMib, Math.round(Number(kib) / 1024));
    await wait(100, undefined, { signal: over.signal }).catch(() => undefined);
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? 'a signal'}`);
  return { seconds: (performance.now() - began) / 1000, peakMib };
};

const statusOf = (pid: number | undefined): string => {
  try {
    return readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
  } catch {
    return '';
  }
};
