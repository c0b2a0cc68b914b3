import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withProcessLock } from '../../src/platform/process-lock.ts';
import { throwAwayFolder } from '../support/postgres-holder.ts';

const MODULE = new URL('../../src/platform/process-lock.ts', import.meta.url).href;

it('lets one work at a time, in one process too', async () => {
  const file = join(throwAwayFolder(), 'lock');
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await wait(20);
    inside -= 1;
    return 'done';
  };
  const results = await Promise.all([1, 2, 3].map(() => withProcessLock(file, 5000, work)));
  expect(results).toEqual(Array(3).fill({ ok: true, value: 'done' }));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('gives up in time, gives the lock back when the work fails, and takes it from a holder that was killed', async () => {
  const file = join(throwAwayFolder(), 'lock');
  await expect(withProcessLock(file, 0, () => Promise.reject(new Error('work')))).rejects.toThrow('work');

  const script = `import { withProcessLock } from '${MODULE}';
    await withProcessLock(process.argv[1], 0, async () => {
      console.log('held');
      await new Promise((done) => setTimeout(done, 60_000));
    });`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'pipe' });
  await once(holder.stdout, 'data');
  expect(await withProcessLock(file, 200, async () => 'mine')).toEqual({ ok: false, reason: 'locked' });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await withProcessLock(file, 0, async () => 'mine')).toEqual({ ok: true, value: 'mine' });
});
