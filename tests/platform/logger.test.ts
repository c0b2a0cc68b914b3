import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
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

const messagesIn = (stdout: string): string[] => {
  const lines = stdout.split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
};

/** Runs `body` in a process of its own, whose stdout is a pipe; gives the messages of its lines. */
const messagesOf = (body: string): string[] => {
  const { stdout, stderr } = spawnSync(process.execPath, program(body), { encoding: 'utf8' });
  expect(stderr).toBe('');
  return messagesIn(stdout);
};

/** The code with which a process ends; undefined when it has not in ten seconds, and is ended then. */
const codeOf = async (child: ChildProcess): Promise<number | null | undefined> => {
  const tired = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(tired);
  return signal === 'SIGKILL' ? undefined : code;
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

/** Logs more than a pipe holds, in lines that are numbered. */
const MUCH = `
  const logger = makeLogger({ level: 'info' });
  for (let line = 0; line < 3000; line += 1) logger.info({ padding: 'x'.repeat(500) }, String(line));`;

test.each([
  ['goes on', ''],
  ['comes to its end', 'process.exitCode = 3;'],
  ['calls process.exit', 'process.exit(3);'],
])('all lines reach a reader who begins late, of a process that %s', async (how, last) => {
  const goesOn = how === 'goes on' ? 'setTimeout(() => process.exit(3), 2000);' : last;
  const child = spawn(process.execPath, program(MUCH + goesOn), { stdio: ['ignore', 'pipe', 'inherit'] });
  const code = codeOf(child);
  await wait(700);
  const messages = messagesIn(await text(child.stdout));
  expect(messages).toEqual(Array.from({ length: 3000 }, (_, line) => String(line)));
  expect(await code).toBe(3);
});

test.each([
  ['before it ends', ''],
  ['while it is full', MUCH],
])('a process goes on and ends without a reader of its log, who left %s', async (_when, much) => {
  const body = `${much}
    const quiet = makeLogger({ level: 'info' });
    process.once('message', () => {
      quiet.info('nobody reads this');
      setTimeout(() => {
        quiet.warn('nor this');
        quiet.info('nor this, which waits for others');
        process.exit(3);
      }, 300);
    });
    process.send('ready');`;
  const child = spawn(process.execPath, program(body), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const code = codeOf(child);
  await once(child, 'message');
  child.stdout?.destroy();
  child.send('go');
  expect(await code).toBe(3);
});

test('a process whose last lines are the first that nobody reads ends', async () => {
  const body = `
    const quiet = makeLogger({ level: 'info' });
    process.once('message', () => {
      for (const message of ['1', '2', '3']) quiet.info(message);
      process.exit(3);
    });
    process.send('ready');`;
  const child = spawn(process.execPath, program(body), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const code = codeOf(child);
  await once(child, 'message');
  child.stdout?.destroy();
  child.send('go');
  expect(await code).toBe(3);
});
