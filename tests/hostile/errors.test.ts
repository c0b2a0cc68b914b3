import { parse } from 'node-html-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { type App, startApp } from '../support/app.ts';
import { type Asked, askForErrors, askWhileBroken } from '../support/ask-everything.ts';
import { ask } from '../support/raw-request.ts';
import { standOff } from '../support/standoff.ts';

let app: App;
let errors: Asked[];
let failures: Asked[];
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  const cast = await standOff(app);
  errors = await askForErrors(app, cast);
  failures = await askWhileBroken(app, cast);
});
afterAll(() => app.stop());

/** What an error page must not tell: stacks, paths, SQL, programs and their versions. */
const TELLS =
  /\bat \S+ \(|\.ts\b|\.ejs\b|node_modules|\/(work|home|tmp|usr|var)\/|\bselect\b.*\bfrom\b|\binsert into\b|relation|postgres|express|\bknex\b|node\.js|\bv?\d+\.\d+\.\d+\b|Error:|TypeError|ENOENT|uncaught/i;

test('R57: an error page tells nothing of what is inside', () => {
  const seen = [...errors, ...failures].filter(({ answer }) => answer.status >= 400);
  expect([...new Set(seen.map(({ answer }) => answer.status))].sort()).toEqual([400, 403, 404, 405, 413, 500]);
  for (const { about, answer } of seen) {
    if (!/^(HEAD|OPTIONS)/.test(about)) expect(answer.headers['content-type'], about).toBe('text/html; charset=utf-8');
    const main = parse(answer.text).querySelector('main')?.text ?? answer.text;
    expect(main, about).not.toMatch(TELLS);
    expect(answer.text.replace(/\/assets\/\S+/g, ''), about).not.toMatch(/\.ts\b|node_modules|\bat \S+ \(|relation "/);
  }
  for (const { about, answer } of [...errors, ...failures]) {
    for (const name of ['x-powered-by', 'server', 'via', 'x-response-time', 'etag']) {
      expect(answer.headers[name], `${about}: ${name}`).toBeUndefined();
    }
  }
});

test('R57: a failure shows an id that the log has too, with the error; every answer has one', () => {
  const lines = app.logs.map(
    (line) =>
      JSON.parse(line) as { level: string; requestId?: string; msg: string; err?: { type: string; stack: string } },
  );
  expect(failures.filter(({ answer }) => answer.status === 500).length).toBeGreaterThan(10);
  for (const { about, answer } of failures.filter(({ answer: { status } }) => status >= 500)) {
    const id = String(answer.headers['x-request-id']);
    expect(id, about).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(answer.text, about).toContain(id);
    const line = lines.find(({ level, requestId }) => level === 'error' && requestId === id);
    expect(line?.err?.type, about).toBe('error');
    expect(line?.err?.stack, about).toMatch(/\.(ts|js):\d+/);
  }
  const ids = new Set(lines.filter(({ msg }) => msg === 'request').map(({ requestId }) => requestId));
  for (const { about, answer } of [...errors, ...failures])
    expect(ids.has(String(answer.headers['x-request-id'])), about).toBe(true);
});

test('R57: a guesser who is stopped gets a page like the others', async () => {
  const strict = await startApp({ env: { RATE_LIMIT_SCALE: '0.02' } });
  try {
    const seen = [];
    for (let guess = 0; guess < 4; guess += 1) seen.push(await ask(strict.url, `/onboarding/${makeUniqueId()}`));
    const stopped = seen.at(-1);
    expect(stopped?.status).toBe(429);
    expect(stopped?.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(stopped?.text).not.toMatch(TELLS);
    expect(String(stopped?.headers['content-security-policy'])).toContain("default-src 'none'");
  } finally {
    await strict.stop();
  }
});
