import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { instanceName, isDead, isElsewhere } from '../../src/platform/instance.ts';

/** A process that prints its own name and lives until it is told to end. */
const startOther = async () => {
  const module = new URL('../../src/platform/instance.ts', import.meta.url).href;
  const script = `import { instanceName } from '${module}'; console.log(instanceName()); process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const end = async () => {
    const ended = once(child, 'close');
    child.stdin.end();
    await ended;
  };
  return { name: line.toString().trim(), end };
};

test('R58: a name is fit for a folder and stays the same', () => {
  expect(instanceName()).toMatch(/^\w[\w.-]*$/);
  expect(instanceName()).toBe(instanceName());
});

test('R58: this process lives; one with its number but another start is dead', () => {
  expect(isDead(instanceName())).toBe(false);
  expect(isElsewhere(instanceName())).toBe(false);
  expect(isDead(instanceName().replace(/\d+$/, '1'))).toBe(true);
});

test('R58: another process lives until it ends', async () => {
  const { name, end } = await startOther();
  expect(name).not.toBe(instanceName());
  expect([isDead(name), isElsewhere(name)]).toEqual([false, false]);
  expect(isDead(name.replace(/\d+$/, '1'))).toBe(true);
  await end();
  expect([isDead(name), isElsewhere(name)]).toEqual([true, false]);
});

test('R58: of a process on another host, or of a name that is not ours, nothing is sure', () => {
  for (const name of [`another.${instanceName()}`, instanceName().replace(/\.\d+-/, '.1-'), 'strange', '', '-1-1']) {
    expect([name, isDead(name), isElsewhere(name)]).toEqual([name, false, true]);
  }
});
