import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paths, to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice } from '../support/office-visitor.ts';
import { enterAsParent } from '../support/parent-visitor.ts';
import { scene } from '../support/pictures.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let dark: Buffer;
beforeAll(async () => {
  dark = await scene(600, 800).linear(0.2, 0).jpeg().toBuffer();
});

const startWith = (CHECKS: string): (() => App) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({ env: { CHECKS, RATE_LIMIT_SCALE: '0' } });
    await addStaff(app, 'ruth');
  });
  afterAll(() => app.stop());
  return () => app;
};

const send = async (app: App): Promise<{ visitor: Visitor; parent: Parent; page: Page }> => {
  const parent = await addParent(app);
  const visitor = await enterAsParent(app, parent);
  const form = await visitor.open(to.parentPhoto(parent.id));
  const page = await visitor.submit(form, 'Send photo', { photo: { bytes: dark, name: 'me.jpg' } });
  return { visitor, parent, page };
};
const newest = async (app: App, { id }: Parent) => (await app.photos.listOfParent(id))[0];

describe('CHECKS=off', () => {
  const app = startWith('off');

  test('a photo is taken, nobody looks at it, now or by a job, and the office decides as before', async () => {
    const { parent, page } = await send(app());
    expect(page.url).toBe(to.parent(parent.id));
    expect(page.text).toContain('Thank you, Maria. We have your photo');
    const photo = await newest(app(), parent);
    expect(photo).toMatchObject({ status: 'pending', checks: null, checksVerdict: null });
    expect(await app().checkPhoto.check(photo?.id ?? 0)).toEqual({ ok: false, reason: 'off' });
    expect((await app().queue.list()).filter(({ name }) => name === 'photo-check')).toEqual([]);
    expect(app().checker.pid()).toBeUndefined();

    const ruth = await enterOffice(app(), 'ruth');
    const record = await ruth.open(to.adminParent(parent.id));
    expect(record.text).toContain('Not checked');
    await ruth.submit(record, 'Approve');
    expect(await newest(app(), parent)).toMatchObject({ status: 'approved' });
    expect((await ruth.open(paths.adminChecks)).text).toContain('No photo was checked in this time.');
  });
});

describe('CHECKS=basic', () => {
  const app = startWith('basic');

  test('light and sharpness are advised on, and faces are never spoken of', async () => {
    const { parent, page } = await send(app());
    const photo = await newest(app(), parent);
    expect(page.url).toBe(to.parentChecks(parent.id, photo?.id ?? 0));
    expect(page.text).toContain('The photo is too dark');
    expect(page.root.querySelector('ul.checks')?.text).not.toMatch(/face/i);
    expect(photo?.checks?.map(({ code }) => code)).toEqual([
      ...['too-dark', 'too-bright', 'blurred', 'may-be-damaged', 'same-picture'],
    ]);
    expect(photo).toMatchObject({ checksVerdict: 'advice', face: null, portrait: { source: 'centre' } });

    const ruth = await enterOffice(app(), 'ruth');
    const record = await ruth.open(to.adminParent(parent.id));
    expect(record.root.querySelectorAll('ul.checks strong').map(({ text }) => text)).toEqual(['Light', 'Sharp']);
  });
});
