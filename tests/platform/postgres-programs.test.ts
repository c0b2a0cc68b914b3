import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPostgresPrograms } from '../../src/platform/postgres-programs.ts';

let debian: string;
const place = (major: number, programs = ['pg_dump', 'pg_restore', 'psql']) => {
  const bin = join(debian, String(major), 'bin');
  mkdirSync(bin, { recursive: true });
  for (const name of programs)
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${major}.4"\n`, { mode: 0o755 });
};
beforeAll(() => {
  debian = mkdtempSync(join(tmpdir(), 'pos-programs-'));
  for (const major of [14, 16, 17]) place(major);
  place(15, ['psql']);
});
afterAll(() => rmSync(debian, { recursive: true }));

test.each([
  [13, 14],
  [14, 14],
  [15, 16], // of 15 there is no pg_dump
  [17, 17],
  [18, 17],
])('for a server %i: the oldest programs that are not older, else the newest: %i', async (server, major) => {
  const found = await findPostgresPrograms(server, { debian, path: '/nowhere' });
  expect(found).toMatchObject({ major, dump: join(debian, String(major), 'bin', 'pg_dump') });
});

test('Debian’s wrapper, which starts the newest one, is not asked: that one is found by itself', async () => {
  const path = join(debian, 'path');
  mkdirSync(path);
  writeFileSync(join(path, 'pg_wrapper'), `#!/bin/sh\ntouch ${join(path, 'asked')}\necho "psql (PostgreSQL) 15.4"\n`, {
    mode: 0o755,
  });
  for (const name of ['pg_dump', 'pg_restore', 'psql']) symlinkSync('pg_wrapper', join(path, name));
  expect(await findPostgresPrograms(15, { debian, path })).toMatchObject({ major: 16 });
  expect(existsSync(join(path, 'asked'))).toBe(false);
});

test('where there are none', async () => {
  expect(await findPostgresPrograms(18, { debian: '/nowhere', path: '/nowhere' })).toBeUndefined();
});
