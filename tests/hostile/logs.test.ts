import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { randomUUID } from 'node:crypto';
import { to } from '../../src/http/paths.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { linkToken, signIn, startAs } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { askEverything, askForErrors, withoutTables } from '../support/ask-everything.ts';
import { addParent, addStaff, PASSWORD, people } from '../support/cast.ts';
import { exif, jpegWith } from '../support/pictures.ts';
import { type Ask, ask, form, photoForm } from '../support/raw-request.ts';
import { MARIA, type StandOff, standOff } from '../support/standoff.ts';

const SECRET = 'a-session-secret-that-is-a-canary';
let app: App;
let cast: StandOff;
const printed: string[] = [];
beforeAll(async () => {
  for (const way of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, way).mockImplementation((...args: unknown[]) => void printed.push(args.map(String).join(' ')));
  }
  app = await startApp({ env: { LOG_LEVEL: 'debug', SESSION_SECRET: SECRET } });
  cast = await standOff(app);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await app.stop();
});

/** Words that stand nowhere but where the test puts them. */
let canaries = 0;
const canary = (): string => `canary${(canaries += 1)}x${randomUUID().slice(0, 8)}`;
const planted = new Set<string>();
const plant = (word = canary()): string => {
  planted.add(word);
  return word;
};

/** Headers that a browser, a proxy or an attacker may fill with anything. */
const headersOf = (cookie: string): Record<string, string> => ({
  cookie: `${cookie}; ${plant()}=${plant()}`,
  'user-agent': plant(),
  referer: `https://${plant()}.example/${plant()}`,
  'accept-language': `en;q=1,${plant()}`,
  authorization: `Bearer ${plant()}`,
  'x-forwarded-for': plant(),
  'x-request-id': plant(),
  'x-api-key': plant(),
});

const remember = (actors: { cookie: string; csrf: string; officeCsrf: string }[]) => {
  for (const { cookie, csrf, officeCsrf } of actors) {
    planted.add(csrf).add(officeCsrf);
    for (const pair of cookie.split('; ')) {
      const value = pair.split('=')[1] ?? '';
      planted.add(value).add(decodeURIComponent(value)).add(/^s(?::|%3A)([^.]+)/.exec(value)?.[1] ?? value);
    }
  }
};

/** A whole stay of one family at the school, every field a canary; `broken` goes on where answers are failures. */
const live = async (broken = false): Promise<void> => {
  const ruth = broken ? cast.actors.admin : await signIn(app, 'ruth');
  remember([ruth]);
  const press = (path: string, fields: Record<string, string>, actor = ruth) =>
    ask(app.url, path, { headers: headersOf(actor.cookie), body: form({ _csrf: actor.csrf, ...fields }) });
  const office = (path: string) => ask(app.url, `${path}?${plant()}=${plant()}`, { headers: headersOf(ruth.cookie) });
  await press('/admin/parents/new', {
    parent_name: plant(),
    parent_surname: `${plant()}\n    at ${plant()} (file:///x.ts:1:1)`,
    child_name: plant(),
  });
  await press('/admin/parents/new', {
    parent_name: plant(),
    parent_surname: plant(),
    child_name: plant(),
    class_name: plant(),
    email: `${plant()}@example.org`,
    phone: plant(),
    external_id: plant(),
  });
  await ask(app.url, `/admin/parents?q=${plant()}&class=${plant()}&cursor=${plant()}`, { headers: headersOf(ruth.cookie) });
  await press(`/admin/parents/${cast.target.id}/link-revocation`, { why: plant() });
  await press(`/admin/parents/${cast.target.id}/erasure`, { typed: plant() });
  await press(`/admin/photos/${cast.target.photoId}/decision`, { decision: 'reject', reason: 'too-dark', note: plant() });
  await press('/admin/sign-in', { email: `${plant()}@example.org`, password: plant(), next: `/admin/${plant()}` });
  await office('/admin/parents');
  await office(`/admin/${plant()}`);
  await office(`/onboarding/${plant()}`);
  await office(`/assets/${plant()}/${plant()}.css`);
  await ask(app.url, `/%ff${plant()}`, { headers: headersOf(ruth.cookie) });
};

/** What a parent does: opens the link, declines in own words, comes back, sends a photo with a story in it. */
const send = async (broken = false): Promise<void> => {
  const parent = await addParent(app, 'maria', { name: plant(), surname: plant(), childName: plant(), email: `${plant()}@example.org`, phone: plant() });
  planted.add(parent.uniqueId);
  const token = await linkToken(app, parent);
  planted.add(token);
  const mother = await startAs(app, parent);
  remember([mother]);
  const jpeg = await jpegWith([[0xe1, Buffer.concat([Buffer.from('Exif\0\0'), exif({ description: plant() })])]]);
  const acts = async () => {
    const at = (path: string, how: Ask = {}) => ask(app.url, path, { ...how, headers: { ...headersOf(mother.cookie), ...how.headers } });
    await at(`${to.link(parent.uniqueId)}?utm=${plant()}`);
    await at(to.linkDecline(parent.uniqueId), { body: form({ _csrf: token, note: `${plant()}\n    at ${plant()}` }) });
    await at(to.linkDecline(parent.uniqueId), { body: form({ _csrf: token, do: 'undo' }) });
    await at(to.link(parent.uniqueId), { body: form({ _csrf: plant(), consent: plant() }) });
    const photo = photoForm({ _csrf: mother.csrf, upload_id: plant(randomUUID()), note: plant() }, jpeg);
    const bytes = Buffer.from(await new Response(photo).arrayBuffer());
    const type = new Response(photo).headers.get('content-type') ?? '';
    void type;
    const named = Buffer.from(bytes.toString('latin1').replace('photo.jpg', `${plant()}.jpg`), 'latin1');
    const boundary = bytes.subarray(2, bytes.indexOf('\r\n')).toString();
    await at(to.parentPhoto(parent.id), { body: named, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } });
    await at(to.parentPhoto(parent.id), { body: named.subarray(0, 900), headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } });
    await at(to.parent(parent.id));
    await at(to.linkNotMe(parent.uniqueId), { body: form({ _csrf: token }) });
    await at(to.link(makeUniqueId()));
  };
  if (broken) await withoutTables(app, ['photos', 'notes', 'events'], acts);
  else await acts();
};

const grepLogs = (): string[] => {
  const text = [...app.logs, ...printed].join('\n').toLowerCase();
  return [...planted].filter((word) => word.length >= 8 && text.includes(word.toLowerCase()));
};

test('R67: after a full run by everybody no log has a name, a link, a password, a cookie, a token or what people wrote', async () => {
  for (const word of [...Object.values(MARIA), PASSWORD, SECRET, cast.target.uniqueId]) planted.add(word);
  for (const { email, name } of Object.values(people)) planted.add(email).add(name);
  planted.add(app.uploadsDir).add(app.ownerUrl).add(new URL(app.config.DATABASE_URL ?? '').pathname.slice(1));
  remember(Object.values(cast.actors));
  await live();
  await send();
  await askEverything(app, cast, { posts: true });
  await askForErrors(app, cast);
  expect(planted.size).toBeGreaterThan(150);
  expect(grepLogs()).toEqual([]);
});

test('R67: nor when everything fails: tables gone, sessions gone, inserts refused', async () => {
  cast.actors.admin = await signIn(app, 'ruth');
  cast.actors.maria = cast.actors.kwame;
  remember(Object.values(cast.actors));
  const lines = app.logs.length;
  for (const tables of [['events'], ['parents'], ['sessions'], ['schools', 'photos'], ['staff', 'rate_limits'], ['parent_counts']]) {
    await withoutTables(app, tables, () => live(true));
  }
  await send(true);
  const failed = app.logs.slice(lines).filter((line) => line.includes('request failed'));
  expect(failed.length).toBeGreaterThan(20);
  expect(grepLogs()).toEqual([]);
});

test('R67: every line is one JSON object that says when, what and how it ended', () => {
  for (const line of app.logs) {
    expect(line.trimEnd()).not.toContain('\n');
    const entry = JSON.parse(line) as Record<string, unknown>;
    expect(typeof entry['time']).toBe('string');
    expect(['debug', 'info', 'warn', 'error']).toContain(entry['level']);
    if (entry['msg'] !== 'request') continue;
    expect(Object.keys(entry).sort()).toEqual(
      [...new Set([...Object.keys(entry), 'level', 'method', 'ms', 'msg', 'requestId', 'route', 'status', 'time'])].sort(),
    );
    expect(String(entry['route'])).toMatch(/^(\/[a-z:_/.-]*|\(other\))$/);
  }
  expect(app.logs.some((line) => /"parentId":\d+/.test(line))).toBe(true);
  expect(app.logs.some((line) => /"staffId":\d+/.test(line))).toBe(true);
  expect(printed).toEqual([]);
});

test('R67: an error is logged by its kind and place; what it quotes from outside is not', () => {
  const from = app.logs.length;
  const word = canary();
  const quoting = [
    Object.assign(new Error(`insert into parents values ('${word}')`), { code: '23505', detail: word }),
    Object.assign(new Error(`first\n    at ${word} (somewhere)\n  at ${word}`), { code: '22021' }),
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
  const id = await addStaff(app, 'ruth').catch(() => undefined);
  expect(id).toBeUndefined(); // there already
  await ask(app.url, '/admin/parents', { headers: { cookie: cast.actors.admin.cookie } });
  const lines = app.logs.slice(from).filter((line) => line.includes('"route":"/admin/parents"'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"staffId":\d+/);
});
