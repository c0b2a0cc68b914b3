import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** As Debian has it on the PATH: all names lead to one program, which starts another; here it notes that it was asked. */
const wrapper = (name: string) => {
  const path = join(debian, name);
  mkdirSync(path);
  const script = `#!/bin/sh\ntouch ${join(path, 'asked')}\necho "psql (PostgreSQL) 15.4"\n`;
  writeFileSync(join(path, 'pg_wrapper'), script, { mode: 0o755 });
  for (const program of ['pg_dump', 'pg_restore', 'psql']) symlinkSync('pg_wrapper', join(path, program));
  return { path, wasAsked: () => existsSync(join(path, 'asked')) };
};

test('Debian’s wrapper is not asked where its versions are found by themselves', async () => {
  const { path, wasAsked } = wrapper('wrapped');
  expect(await findPostgresPrograms(15, { debian, path })).toMatchObject({ major: 16 });
  expect(wasAsked()).toBe(false);
});

test('where its versions lie elsewhere, as in an RPM, it is', async () => {
  const { path, wasAsked } = wrapper('rpm');
  const found = await findPostgresPrograms(15, { debian: '/nowhere', path });
  expect(found).toMatchObject({ major: 15, dump: join(path, 'pg_dump') });
  expect(wasAsked()).toBe(true);
});

test('a folder with two names is asked once, and programs behind links are found by the names that were given', async () => {
  const [real, other] = [join(debian, 'cellar'), join(debian, 'usr-bin')];
  mkdirSync(real);
  const count = `echo x >> ${join(debian, 'count')}`;
  for (const name of ['pg_dump', 'pg_restore', 'psql']) {
    writeFileSync(join(debian, `${name}-17`), `#!/bin/sh\n${count}\necho "${name} (PostgreSQL) 17.1"\n`, {
      mode: 0o755,
    });
    symlinkSync(join(debian, `${name}-17`), join(real, name));
  }
  symlinkSync(real, other);
  const found = await findPostgresPrograms(17, { debian: '/nowhere', path: `${other}:${other}/../cellar` });
  expect(found?.major).toBe(17);
  expect(found?.psql).toMatch(/\/psql$/);
  expect(readFileSync(join(debian, 'count'), 'utf8').match(/x/g)).toHaveLength(3);
});

test('where there are none', async () => {
  expect(await findPostgresPrograms(18, { debian: '/nowhere', path: '/nowhere' })).toBeUndefined();
});
