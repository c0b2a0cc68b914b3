import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import { givePhoto } from './actors.ts';
import { type App, startApp } from './app.ts';
import { openContext } from './browser.ts';
import { addParent, addStaff, PASSWORD, type Person, people } from './cast.ts';
import { freePort } from './nginx.ts';

const NAMES = ['One', 'Two', 'Three', 'Four', 'Five'];

/** An office with five photos that wait, of Maria One to Maria Five, and people who review them in browsers. */
export const openReview = async (browser: Browser) => {
  const port = await freePort();
  const app: App = await startApp({ env: { PORT: String(port), BASE_URL: `http://127.0.0.1:${port}` } });
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  const photos: number[] = [];
  for (const surname of NAMES) photos.push(await givePhoto(app, await addParent(app, 'maria', { surname })));
  const contexts: BrowserContext[] = [];
  let heard: { complaints: string[] }[] = [];

  const numbers = async (rows: Promise<{ photo_id: string }[]>) => (await rows).map((row) => Number(row.photo_id));
  /** Fails when a browser complained of anything; from then on it is not listened to. */
  const expectNoComplaints = () => {
    const complaints = heard.flatMap((one) => one.complaints);
    heard = [];
    expect(complaints).toEqual([]);
  };
  return {
    app,
    photos,
    expectNoComplaints,
    /** Signs somebody in, in a browser of their own, and opens the review. */
    enter: async (person: Person, options: Parameters<typeof openContext>[1] = {}): Promise<Page> => {
      const { context, complaints } = await openContext(browser, { width: 1280, ...options });
      contexts.push(context);
      heard.push({ complaints });
      const page = await context.newPage();
      await page.goto(app.url + paths.signIn);
      await page.locator('#email').fill(people[person].email);
      await page.locator('#password').fill(PASSWORD);
      await page.locator('main form button').click();
      await page.goto(app.url + paths.review);
      return page;
    },
    sees: (page: Page, name: string) => page.getByRole('heading', { name: `Maria ${name}` }).waitFor(),
    statuses: async () =>
      (await Promise.all(photos.map((id) => app.photos.find(1, id)))).map((photo) => photo?.status ?? 'gone'),
    claims: () => numbers(app.db('review_claims').orderBy('photo_id').select<{ photo_id: string }[]>('photo_id')),
    eventsOf: (kind: string) =>
      numbers(app.db('events').where({ kind }).orderBy('id').select<{ photo_id: string }[]>('photo_id')),
    close: async () => {
      for (const context of contexts) await context.close();
      await app.stop();
      expectNoComplaints();
    },
  };
};

export type Review = Awaited<ReturnType<typeof openReview>>;
