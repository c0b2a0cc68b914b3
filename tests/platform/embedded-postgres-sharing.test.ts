import { join } from 'node:path';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { readPidFile, runningServer } from '../../src/platform/postgres-pid-file.ts';
import { countStarts, query, startHolder, throwAwayFolder, folderWithDatabase } from '../support/postgres-holder.ts';

it('is made and started once by several that start at once; the last to leave stops it', async () => {
  const dir = throwAwayFolder();
  const holders = [startHolder(dir), startHolder(dir), startHolder(dir)];
  const [url = ''] = await Promise.all(holders.map((holder) => holder.ready()));
  expect(countStarts(dir)).toBe(1);
  await query(url, 'create table child (name text)');

  for (const holder of holders) {
    expect(await query(url, 'select * from child')).toEqual([]);
    await holder.stop();
  }
  expect(readPidFile(join(dir, 'postgres'))).toBe('none');
});

it('is stopped when all leave at the same moment', async () => {
  const dir = await folderWithDatabase();
  const start = () => startEmbeddedPostgres({ dir, durable: false });
  const all = await Promise.all([start(), start(), start()]);
  expect(countStarts(dir)).toBe(1);
  await Promise.all(all.map((one) => one.stop()));
  expect(readPidFile(join(dir, 'postgres'))).toBe('none');
});

it('works for one that comes while the last one leaves', async () => {
  const dir = await folderWithDatabase();
  let current = await startEmbeddedPostgres({ dir, durable: false });
  for (let round = 0; round < 5; round += 1) {
    const leaving = current.stop();
    const next = await startEmbeddedPostgres({ dir, durable: false });
    expect(await query(next.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    await leaving;
    expect(await query(next.url('postgres'), 'select 1 as one')).toEqual([{ one: 1 }]);
    current = next;
  }
  await current.stop();
});

it('goes on for a client that no supervisor stands behind, and waits for a pool that has just been closed', async () => {
  const dir = await folderWithDatabase();
  const first = await startEmbeddedPostgres({ dir, durable: false });
  const guest = new Client(first.url('postgres'));
  guest.on('error', () => undefined);
  await guest.connect();
  await first.stop();
  expect((await guest.query('select 1 as one')).rows).toEqual([{ one: 1 }]);

  const second = await startEmbeddedPostgres({ dir, durable: false });
  void guest.end();
  await second.stop();
  expect(runningServer(join(dir, 'postgres'))).toBeUndefined();
});
