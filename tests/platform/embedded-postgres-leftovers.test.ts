import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { pidOf } from '../support/pid-of.ts';
import { isRoot, query, serverOf, throwAwayFolder, folderWithDatabase } from '../support/postgres-holder.ts';

/** A process that has nothing to do with us, of the same user as the server. */
const anybody = (): number => {
  const child = spawn('sleep', ['600'], isRoot ? { uid: 65_534, gid: 65_534 } : {});
  onTestFinished(() => void child.kill());
  return pidOf(child);
};

const stopped = async (): Promise<string> => {
  const dir = await folderWithDatabase();
  await (await startEmbeddedPostgres({ dir, durable: false })).stop();
  return dir;
};

const leave = (dir: string, content: string) => {
  writeFileSync(join(dir, 'postgres', 'postmaster.pid'), content);
  writeFileSync(join(dir, 'socket', '.s.PGSQL.5432'), '');
  writeFileSync(join(dir, 'socket', '.s.PGSQL.5432.lock'), content);
};

const expectStarts = async (dir: string) => {
  const server = await startEmbeddedPostgres({ dir, durable: false });
  expect(await query(server.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  await server.stop();
};

it('R58: starts over a pid file whose process is gone, or was never written out', async () => {
  const dir = await stopped();
  const data = join(dir, 'postgres');
  for (const content of [`4194303\n${data}\n1\n5432\n${join(dir, 'socket')}\n`, '', 'rubbish\n']) {
    leave(dir, content);
    await expectStarts(dir);
  }
});

it('R58: starts over a pid file whose number is now another process of the same user', async () => {
  const dir = await stopped();
  const pid = anybody();
  leave(dir, `${pid}\n${join(dir, 'postgres')}\n1\n5432\n${join(dir, 'socket')}\n`);
  await expectStarts(dir);
  process.kill(pid, 0); // which lives on
});

it('R58: starts over a pid file whose number is now another PostgreSQL of the same user', async () => {
  const elsewhere = await folderWithDatabase();
  const other = await startEmbeddedPostgres({ dir: elsewhere, durable: false });
  const dir = await stopped();
  leave(dir, `${serverOf(elsewhere)}\n${join(dir, 'postgres')}\n1\n5432\n${join(dir, 'socket')}\n`);
  await expectStarts(dir);
  expect(await query(other.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
  await other.stop();
});

it('fills an empty data folder, and touches no foreign files', async () => {
  const dir = throwAwayFolder();
  mkdirSync(join(dir, 'postgres'));
  await expectStarts(dir);

  const other = throwAwayFolder();
  mkdirSync(join(other, 'postgres'));
  writeFileSync(join(other, 'postgres', 'thesis.txt'), 'mine');
  await expect(startEmbeddedPostgres({ dir: other, durable: false })).rejects.toThrow('holds files but no database');
  expect(readdirSync(join(other, 'postgres'))).toEqual(['thesis.txt']);
});
