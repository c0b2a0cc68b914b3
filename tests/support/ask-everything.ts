import { openDb } from '../../src/platform/db.ts';
import type { App } from './app.ts';
import { type Answer, ask } from './raw-request.ts';
import { addressOf, askAs, everybody, rules } from './route-rules.ts';
import type { StandOff } from './standoff.ts';

export type Asked = { about: string; route: string; answer: Answer };

/** Every route by everybody, with Maria's ids; `posts` too, which end her stay. Sign-out comes last: it ends sessions. */
export const askEverything = async (app: App, cast: StandOff, { posts = false } = {}): Promise<Asked[]> => {
  const asked: Asked[] = [];
  const routes = Object.keys(rules).filter((route) => posts || route.startsWith('GET '));
  const last = 'POST /admin/sign-out';
  for (const route of [...routes.filter((one) => one !== last), ...routes.filter((one) => one === last)]) {
    for (const who of everybody) {
      const answer = await askAs(app, route, cast.target, cast.actors[who]).catch(() => undefined);
      if (!answer) throw new Error(`no answer to ${route} as ${who}`);
      asked.push({ about: `${route} as ${who}`, route, answer });
    }
  }
  return asked;
};

const ODD = [
  '/nothing',
  '/admin/nothing',
  '/onboarding/nothing',
  '/onboarding',
  '/onboarding/p/1/nothing',
  '/%ff',
  '/admin/%ff',
];

/** Answers that are no page of anybody: what is not found, malformed, too large, forged, of a wrong method. */
export const askForErrors = async (app: App, cast: StandOff): Promise<Asked[]> => {
  const { cookie } = cast.actors.admin;
  const asked: Asked[] = [];
  const add = async (about: string, path: string, how: Parameters<typeof ask>[2] = {}) =>
    asked.push({
      about,
      route: about,
      answer: await ask(app.url, path, { ...how, headers: { cookie, ...how.headers } }),
    });
  for (const path of [...ODD, '/onboarding/%ff', '/assets/x/nothing.css', '/assets/x/%2e%2e/y'])
    await add(`GET ${path}`, path);
  const plain = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const area of [
    '/admin/parents/new',
    addressOf('POST /onboarding/:unique_id', cast.target),
    '/onboarding/p/1/deletion',
  ]) {
    await add(`too large: ${area}`, area, { body: 'a='.padEnd(200_000, 'x'), headers: plain });
    await add(`too many fields: ${area}`, area, { body: 'a=1&'.repeat(500), headers: plain });
    await add(`odd encoding: ${area}`, area, { body: 'a=1', headers: { ...plain, 'content-encoding': 'x' } });
    await add(`broken gzip: ${area}`, area, { body: 'a=1', headers: { ...plain, 'content-encoding': 'gzip' } });
    await add(`odd charset: ${area}`, area, {
      body: 'a=1',
      headers: { 'content-type': `${plain['content-type']}; charset=x` },
    });
    await add(`forged: ${area}`, area, { body: 'a=1', headers: { ...plain, origin: 'https://evil.example' } });
    await add(`DELETE ${area}`, area, { method: 'DELETE' });
    await add(`OPTIONS ${area}`, area, { method: 'OPTIONS' });
    await add(`HEAD ${area}`, area, { method: 'HEAD' });
  }
  return asked;
};

/** Takes the tables away, as a broken database would, while `doing` runs; gives its result. */
export const withoutTables = async <T>(app: App, tables: string[], doing: () => Promise<T>): Promise<T> => {
  const owner = openDb({ url: app.ownerUrl, max: 1 });
  try {
    for (const table of tables) await owner.raw('alter table ?? rename to ??', [table, `${table}_away`]);
    return await doing();
  } finally {
    for (const table of tables) await owner.raw('alter table ?? rename to ??', [`${table}_away`, table]);
    await owner.destroy();
  }
};

/** What reads or writes every table that `askWhileBroken` takes away. */
const FAILING = [
  'GET /onboarding/:unique_id',
  'GET /onboarding/p/:parent_id/photo',
  'POST /onboarding/p/:parent_id/photo',
  'GET /onboarding/p/:parent_id/photos/:photo_id/:size',
  'GET /admin/parents',
  'POST /admin/parents/new',
  'GET /admin/photos/:photo_id/:size',
];

/** What parents and staff get while the database has lost something. */
export const askWhileBroken = async (app: App, cast: StandOff): Promise<Asked[]> => {
  const asked: Asked[] = [];
  for (const tables of [['parents', 'photos'], ['sessions'], ['schools', 'staff_roles', 'parents']]) {
    await withoutTables(app, tables, async () => {
      for (const route of FAILING) {
        for (const who of ['maria', 'admin'] as const) {
          const answer = await askAs(app, route, cast.target, cast.actors[who]);
          asked.push({ about: `${route} as ${who} without ${tables.join()}`, route, answer });
        }
      }
    });
  }
  return asked;
};
