import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { CONSENT_VERSION } from '../../src/parents/parent-choices.ts';
import { makeUniqueId } from '../../src/shared/ids.ts';
import { givePhoto, linkToken } from '../support/actors.ts';
import { type App, movableClock, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { makeVisitor } from '../support/visitor.ts';

const DAY = 24 * 3600 * 1000;
const clock = movableClock();
let app: App;
beforeAll(async () => {
  app = await startApp({ clock });
});
afterAll(() => app.stop());

describe('dead links', () => {
  const dead = async (address: string, language = 'en') => {
    const answer = await fetch(app.url + address, { headers: { 'accept-language': language } });
    const headers = Object.fromEntries(
      [...answer.headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
    );
    return { status: answer.status, headers, body: await answer.text() };
  };

  test('R31: unknown, malformed, revoked, archived and halted ones answer the same, byte for byte', async () => {
    const [revoked, archived, halted] = [await addParent(app), await addParent(app), await addParent(app)];
    const [school] = await app.schools.list();
    if (!school) throw new Error('there is no school');
    const cli = { kind: 'cli' } as const;
    await app.onboardingLink.revoke(cli, school, revoked.id, '');
    await app.leaving.archive(cli, school.id, archived.id, '');
    await app.choices.sayNotMe(halted.id);
    const unknown = await dead(to.link(makeUniqueId()));
    expect(unknown.status).toBe(404);
    expect(unknown.body).toContain('This link does not work');
    expect(unknown.body).toContain('01632 960 118');
    expect(unknown.body).not.toMatch(/Maria|Santos|Sofia/);
    for (const parent of [revoked, archived, halted]) expect(await dead(to.link(parent.uniqueId))).toEqual(unknown);
    for (const parent of [revoked, archived]) {
      expect(await dead(to.linkNotMe(parent.uniqueId))).toEqual(unknown);
      expect(await dead(to.linkDecline(parent.uniqueId))).toEqual(unknown);
    }
    expect(await dead('/onboarding/none')).toEqual(unknown);
    expect((await dead(to.link(revoked.uniqueId), 'es')).body).toContain('Este enlace no funciona');
  });

  test('R32: other ways to write an id are malformed', async () => {
    const { uniqueId } = await addParent(app);
    const ways = [uniqueId.toUpperCase(), `{${uniqueId}}`, `${uniqueId}%2f`, uniqueId.slice(1), 'x'.repeat(10_000)];
    for (const way of [...ways, '%00', '%ff', 'p', '0']) {
      const answer = await fetch(`${app.url}/onboarding/${way}`);
      expect([400, 404], way.slice(0, 60)).toContain(answer.status);
      await answer.body?.cancel();
    }
  });
});

describe('an expired link', () => {
  test('says how to get a new one when nothing was sent, and starts nothing', async () => {
    const parent = await addParent(app);
    const token = await linkToken(app, parent);
    clock.forward(31 * DAY);
    const page = await makeVisitor(app.url).open(to.link(parent.uniqueId));
    expect(page.status).toBe(410);
    expect(page.text).toContain('each link works for 30 days');
    expect(page.root.querySelectorAll('form')).toEqual([]);
    const started = await makeVisitor(app.url).post(
      to.link(parent.uniqueId),
      new URLSearchParams({ _csrf: token, consent: CONSENT_VERSION }),
    );
    expect(started.status).toBe(410);
    expect(await app.db('consents').where({ parent_id: parent.id })).toEqual([]);
  });

  test('still shows what was sent, and takes nothing new', async () => {
    const parent = await addParent(app);
    await givePhoto(app, parent);
    clock.forward(31 * DAY);
    const visitor = makeVisitor(app.url);
    const receipt = await visitor.open(to.link(parent.uniqueId));
    expect(receipt.status).toBe(200);
    expect(receipt.text).toContain('We have your photo, Maria');
    expect(receipt.text).toContain('Your link has expired');
    const page = await visitor.submit(receipt, 'Show my photo');
    expect(page.url).toBe(to.parent(parent.id));
    expect(page.text).not.toContain('Send a new photo');
    expect((await visitor.open(to.parentPhoto(parent.id))).status).toBe(410);
    expect((await visitor.follow(page, 'Delete my photo')).text).toContain('Delete your photo?');
  });
});
