import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a process that listens does not load the HTTP client of Node, which takes 14 MB', () => {
  const script = (module: string) =>
    `await import(${JSON.stringify(module)}); console.log(process.moduleLoadList.some((name) => name.includes('undici')))`;
  const loadsIt = (module: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script(module)], { encoding: 'utf8' }).trim();
  expect(loadsIt('node:http')).toBe('true'); // else it has another name now
  expect(loadsIt(import.meta.resolve('../../src/http/listen.ts'))).toBe('false');
  expect(loadsIt(import.meta.resolve('../../src/wiring-http.ts'))).toBe('false');
});
