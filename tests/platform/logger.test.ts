import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { makeLogger } from '../../src/platform/logger.ts';

const logged = (error: unknown): Record<string, unknown> => {
  let line = '';
  makeLogger({ level: 'info', stream: { write: (text) => void (line = text) } }).error({ err: error }, 'failed');
  return JSON.parse(line) as Record<string, unknown>;
};

test('R67: an error of the database is logged by code, without what it quotes', () => {
  const error = Object.assign(new Error('Key (email)=(maria@example.org) already exists'), { code: '23505' });
  const line = logged(error);
  expect(line).toMatchObject({ level: 'error', err: { type: 'Error', code: '23505' } });
  expect(JSON.stringify(line)).not.toContain('maria');
});

test('R67: an error that repeats a link is logged without it, with our frames', () => {
  const line = JSON.stringify(logged(new URIError("Failed to decode param '/onboarding/%E0secret'")));
  expect(line).not.toContain('secret');
  expect(line).toContain('logger.test.ts');
});

test('what is no error is told by its type', () => {
  expect(logged('Maria Santos')).toMatchObject({ err: { type: 'string' } });
});

/** A program of its own that logs as `body` says. */
const program = (body: string): string[] => {
  const script = `import { makeLogger } from '${import.meta.resolve('../../src/platform/logger.ts')}';${body}`;
  return ['--input-type=module', '-e', script];
};

/** Runs `body` in a process of its own, whose stdout is a pipe; gives the messages of its lines. */
const messagesOf = (body: string): string[] => {
  const { stdout, stderr } = spawnSync(process.execPath, program(body), { encoding: 'utf8' });
  expect(stderr).toBe('');
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
};

test('on stdout the lines of all loggers keep their order, and a process that ends waits for the last', () => {
  const messages = messagesOf(`
    const also = [];
    const [one, other] = [makeLogger({ level: 'info' }), makeLogger({ level: 'info', also: (line) => also.push(line) })];
    one.info('1');
    other.info('2');
    other.debug('unheard');
    other.warn('3');
    one.info('4');
    other.info(String(also.length));`);
  expect(messages).toEqual(['1', '2', '3', '4', '2']);
});

test('lines that wait for others are written at process.exit', () => {
  const messages = messagesOf(`
    const logger = makeLogger({ level: 'info' });
    for (const message of ['1', '2', '3']) logger.info(message);
    process.exit(0);`);
  expect(messages.toSorted()).toEqual(['1', '2', '3']); // one that is being written then may come last
});

test.each([
  ['while it runs', 300],
  ['just before it ends', 0],
])('a process whose log nobody reads any more goes on and ends: its reader left %s', async (_when, msLeft) => {
  const body = `
    const logger = makeLogger({ level: 'info' });
    process.once('message', () => {
      for (const message of ['1', '2', '3']) logger.info(message);
      const end = () => {
        logger.warn('4');
        logger.info('5');
        process.exit(3);
      };
      if (${msLeft} > 0) setTimeout(end, ${msLeft});
      else end();
    });
    process.send('ready');`;
  const child = spawn(process.execPath, program(body), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const tired = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'message');
  child.stdout?.destroy();
  child.send('go');
  expect(await once(child, 'exit')).toEqual([3, null]);
  clearTimeout(tired);
});
