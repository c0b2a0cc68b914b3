import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { signIn } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { makeCanaries } from '../support/canaries.ts';
import { askEverything, askForErrors, withoutTables } from '../support/ask-everything.ts';
import { PASSWORD, people } from '../support/cast.ts';
import { ask } from '../support/raw-request.ts';
import { MARIA, type StandOff, standOff } from '../support/standoff.ts';

const SECRET = 'a-session-secret-that-is-a-canary';
let app: App;
let cast: StandOff;
let canaries: ReturnType<typeof makeCanaries>;
const printed: string[] = [];
beforeAll(async () => {
  for (const way of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, way).mockImplementation((...args: unknown[]) => void printed.push(args.map(String).join(' ')));
  }
  app = await startApp({
    env: { LOG_LEVEL: 'debug', SESSION_SECRET: SECRET, RATE_LIMIT_SCALE: '100' },
    ownDecoder: true,
  });
  cast = await standOff(app);
  canaries = makeCanaries(app, cast);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await app.stop();
});

const grepLogs = (): string[] => {
  const text = [...app.logs, ...printed].join('\n').toLowerCase();
  return [...canaries.planted].filter((word) => word.length >= 8 && text.includes(word.toLowerCase()));
};

test('R67: after a full run by everybody no log has a name, a link, a password, a cookie, a token or what people wrote', async () => {
  const { planted, remember } = canaries;
  for (const word of [...Object.values(MARIA), PASSWORD, SECRET, cast.target.uniqueId]) planted.add(word);
  for (const { email, name } of Object.values(people)) planted.add(email).add(name);
  planted
    .add(app.uploadsDir)
    .add(app.ownerUrl)
    .add(new URL(app.config.DATABASE_URL ?? '').pathname.slice(1));
  remember(Object.values(cast.actors));
  await canaries.live();
  await canaries.send();
  await askEverything(app, cast, { posts: true });
  await askForErrors(app, cast);
  expect(planted.size).toBeGreaterThan(150);
  expect(grepLogs()).toEqual([]);
});

test('R67: nor when everything fails: tables gone, sessions gone, inserts refused', async () => {
  cast.actors.admin = await signIn(app, 'ruth');
  cast.actors.maria = cast.actors.kwame;
  canaries.remember(Object.values(cast.actors));
  const lines = app.logs.length;
  for (const tables of [
    ['events'],
    ['parents'],
    ['sessions'],
    ['schools', 'photos'],
    ['staff', 'rate_limits'],
    ['parent_counts'],
  ]) {
    await withoutTables(app, tables, () => canaries.live(true));
  }
  await canaries.send(true);
  const failed = app.logs.slice(lines).filter((line) => line.includes('request failed'));
  expect(failed.length).toBeGreaterThan(20);
  expect(grepLogs()).toEqual([]);
  await expect.poll(() => app.db('error_kinds').select(), { timeout: 5000 }).not.toHaveLength(0);
  const noted = JSON.stringify(await app.db('error_kinds')).toLowerCase();
  expect([...canaries.planted].filter((word) => word.length >= 8 && noted.includes(word.toLowerCase()))).toEqual([]);
});

test('R67: every line is one JSON object that says when, what and how it ended', () => {
  for (const line of app.logs) {
    expect(line.trimEnd()).not.toContain('\n');
    const entry = JSON.parse(line) as Record<string, unknown>;
    expect(typeof entry['time']).toBe('string');
    expect(['debug', 'info', 'warn', 'error']).toContain(entry['level']);
    if (entry['msg'] !== 'request') continue;
    expect(Object.keys(entry).sort()).toEqual(
      [
        ...new Set([
          ...Object.keys(entry),
          'bytes',
          'level',
          'method',
          'ms',
          'msg',
          'requestId',
          'route',
          'status',
          'time',
          'who',
        ]),
      ].sort(),
    );
    expect(['parent', 'staff', 'anyone']).toContain(entry['who']);
    expect(entry['bytes'], line).toBeGreaterThanOrEqual(0);
    expect(String(entry['route'])).toMatch(/^(\/[a-z:_/.-]*|\(other\))$/);
  }
  expect(app.logs.some((line) => /"parentId":\d+/.test(line))).toBe(true);
  expect(app.logs.some((line) => /"staffId":\d+/.test(line))).toBe(true);
  expect(printed).toEqual([]);
});

test('R67: an error is logged by its kind and place; what it quotes from outside is not', () => {
  const from = app.logs.length;
  const word = canaries.plant();
  const quoting = [
    Object.assign(new Error(`insert into parents values ('${word}')`), { code: '23505', detail: word }),
    Object.assign(new Error(`first\n    at ${word} (somewhere)\n  at ${word}\n    at ${word} (file:///x.ts:1:1)`), {
      code: '22021',
    }),
    new SyntaxError(`Unexpected token in ${word}`),
    new URIError(`malformed ${word}`),
    Object.assign(new Error(`ENOENT: no such file, open '/${word}'`), { code: 'ENOENT', path: word }),
    new Error('outer', { cause: new Error(word) }),
    Object.assign(new Error('with more'), { row: { name: word }, sql: word, bindings: [word] }),
    new AggregateError([new Error(word)], 'several'),
    word,
    { name: word },
  ];
  for (const err of quoting) app.logger.error({ err }, 'something failed');
  const lines = app.logs.slice(from);
  expect(lines).toHaveLength(quoting.length);
  expect(lines.filter((line) => line.includes(word))).toEqual([]);
  expect(lines[0]).toMatch(/"code":"23505".*logs\.test\.ts/);
});

test('R67: people who work here stand in the log by number', async () => {
  const from = app.logs.length;
  await ask(app.url, '/admin/parents', { headers: { cookie: cast.actors.admin.cookie } });
  const lines = app.logs.slice(from).filter((line) => line.includes('"route":"/admin/parents"'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"staffId":\d+/);
});
