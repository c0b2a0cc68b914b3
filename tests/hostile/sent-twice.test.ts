import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { everything } from '../support/everything.ts';
import { ask } from '../support/raw-request.ts';
import { addressOf, bodyOf, rules, tokenFor } from '../support/route-rules.ts';
import { type StandOff, standOff } from '../support/standoff.ts';

let app: App;
let cast: StandOff;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  cast = await standOff(app);
});
afterAll(() => app.stop());

/** Where the second of two cannot be answered like the first, though nothing is done twice. */
const answeredOtherwise: Record<string, number> = {
  'POST /admin/sign-out': 403, // there is no session any more
  'POST /admin/parents/:parent_id/erasure': 404, // nor such a parent
};
/** Tables where the later of two takes the place of the first, which nobody has seen. */
const replaced: Record<string, string[]> = {
  'POST /admin/parents/:parent_id/new-link': ['parents'],
  'POST /admin/photos/:photo_id/crop': ['photos', 'files'], // the same portrait under its next number
};

/**
 * What people entrusted to us, but for moments: a link that is extended twice ends at the same day. The history may say twice that
 * somebody asked.
 */
const entrusted = async (route: string): Promise<Record<string, string[]>> => {
  const passedOver = ['events', ...(replaced[route] ?? [])];
  const left = Object.entries(await everything(app)).filter(([name]) => !passedOver.includes(name));
  return Object.fromEntries(left.map(([name, rows]) => [name, rows.map((row) => row.replaceAll(MOMENT, '(moment)'))]));
};
const MOMENT = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00/g;

const posts = Object.keys(rules).filter((route) => route.startsWith('POST '));

test.each(posts)(
  'R64: %s, sent once more because an instance stopped before its answer came: nothing is done twice',
  async (route) => {
    const who = rules[route]?.may.find((one) => one === 'maria' || one === 'admin') ?? 'anonymous';
    const target = await cast.makeTarget();
    const actor = await cast.anew(who, target);
    const headers = { cookie: actor.cookie };
    const body = await bodyOf(route, target, await tokenFor(app, route, target, actor));
    const send = () => ask(app.url, addressOf(route, target), { headers, body });
    const first = await send();
    const before = await entrusted(route);
    const second = await send();
    const otherwise = answeredOtherwise[route];
    if (otherwise === undefined) expect([second.status, second.location]).toEqual([first.status, first.location]);
    else expect(second.status).toBe(otherwise);
    expect(await entrusted(route)).toEqual(before);
  },
);
