// The whole story in a browser: Ruth adds parents and copies their links, they send photos from their phones, she decides
// about them, and they read what she decided. Once with script, once by plain forms.
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { openContext, startBrowser } from '../support/browser.ts';
import { addStaff, PASSWORD, parents, people } from '../support/cast.ts';
import { freePort } from '../support/nginx.ts';
import { phonePhoto, QUARTERS, quartersOf } from '../support/pictures.ts';
import { expectColours } from '../support/take-picture.ts';

type Picture = { naturalHeight: number; naturalWidth: number };

let photo: Buffer;
let browser: Browser;
beforeAll(async () => {
  photo = await phonePhoto();
  browser = await startBrowser();
});
afterAll(() => browser.close());

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const follow = (page: Page, name: string) => page.getByRole('link', { name }).click();
const says = (page: Page, words: string) => page.locator('main').getByText(words).first().waitFor();
const PORTRAIT = 5 / 4;
/** The picture has arrived, is no icon of a broken one, and stands upright. */
const showsUpright = async (picture: Locator, ratio = 4 / 3) => {
  await picture.scrollIntoViewIfNeeded();
  const shape = () => picture.evaluate(({ naturalHeight, naturalWidth }: Picture) => naturalHeight / naturalWidth);
  await expect.poll(shape).toBeCloseTo(ratio, 1);
};

describe.each([
  ['with script', true],
  ['without script', false],
])('the story, %s', (_how, script) => {
  let app: App;
  const contexts: BrowserContext[] = [];
  const all: { complaints: string[]; reports: string[] }[] = [];
  beforeAll(async () => {
    const port = await freePort();
    const env = { PORT: String(port), BASE_URL: `http://127.0.0.1:${port}`, MAX_UPLOAD_MB: '25' };
    app = await startApp({ env });
    await addStaff(app, 'ruth');
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await app.stop();
  });

  const meet = async (options: Parameters<typeof openContext>[1]): Promise<Page> => {
    const { context, ...heard } = await openContext(browser, { ...options, script });
    contexts.push(context);
    all.push(heard);
    return context.newPage();
  };

  let ruth: Page;
  const add = async (who: 'maria' | 'kwame'): Promise<string> => {
    await ruth.goto(`${app.url}/admin/parents`);
    await ruth.locator('main a[href="/admin/parents/new"]').first().click();
    await ruth.locator('[name=parent_name]').fill(parents[who].name);
    await ruth.locator('[name=parent_surname]').fill(parents[who].surname);
    await ruth.locator('[name=child_name]').fill(parents[who].childName);
    await press(ruth, 'Save parent');
    await says(ruth, 'is added. Copy the link and send it.');
    return copyLink();
  };

  /** By the button; without script there is none, and the field holds it. */
  const copyLink = async (): Promise<string> => {
    const link = await ruth.locator('#link').inputValue();
    const button = ruth.locator('[data-copy]');
    expect(await button.isVisible()).toBe(script);
    if (!script) return link;
    await ruth.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await button.click();
    await says(ruth, 'Copied');
    expect(await ruth.evaluate('navigator.clipboard.readText()')).toBe(link);
    return link;
  };

  /** On a page with the form, however it is worded: with script one looks at the photo first. */
  const sendPhoto = async (page: Page) => {
    await page
      .locator('input[name=photo]')
      .setInputFiles({ name: 'IMG_0815.jpg', mimeType: 'image/jpeg', buffer: photo });
    if (script) {
      await showsUpright(page.locator('[data-preview] img'));
      await page.locator('[data-chosen] [type=submit]').click();
    } else {
      await page.locator('[data-pick] button.nojs-only').click();
    }
    await page.locator('input[name=photo]').waitFor({ state: 'detached' }); // the page that follows has none
  };

  const inList = (name: string) => ruth.getByRole('row', { name });
  const review = async (name: string) => {
    await ruth.goto(`${app.url}/admin/parents`);
    expect(await inList(name).locator('.tag').textContent()).toBe('Waiting for review');
    await showsUpright(inList(name).locator('img'), PORTRAIT);
    await follow(ruth, name);
    await follow(ruth, 'Review photo');
    await ruth.getByRole('heading', { name }).waitFor();
  };

  test('Ruth adds Maria, who sends a photo; Ruth sees it and approves it, and Maria reads that', async () => {
    ruth = await meet({ width: 1280 });
    await ruth.goto(`${app.url}/admin`);
    await ruth.locator('#email').fill(people.ruth.email);
    await ruth.locator('#password').fill(PASSWORD);
    await press(ruth, 'Sign in');
    await says(ruth, 'No parents yet');
    const link = await add('maria');
    expect(link).toMatch(new RegExp(`^${app.url}/onboarding/[0-9a-f-]{36}$`));

    const maria = await meet({ touch: true });
    await maria.goto(link);
    await says(maria, 'so that staff can recognise you when you collect Sofia Santos');
    await says(maria, 'Only school staff can see it.');
    await press(maria, 'Start'); // the browser itself asks for the tick
    expect(await maria.locator('#consent:invalid').count()).toBe(1);
    await maria.locator('#consent').check();
    await press(maria, 'Start');
    await maria.getByRole('heading', { name: 'Take a photo of yourself' }).waitFor();
    await sendPhoto(maria);
    await maria.getByRole('heading', { name: 'Thank you, Maria. We have your photo' }).waitFor();
    await showsUpright(maria.locator('main img').first(), PORTRAIT);

    await review('Maria Santos');
    const picture = ruth.locator('.review .photo img');
    await showsUpright(picture);
    const { href } = new URL((await picture.getAttribute('src')) ?? '', app.url);
    const stored = await (await ruth.context().request.get(href)).body();
    expectColours(await quartersOf(stored), QUARTERS, 40); // grain
    expect(stored.includes('Exif')).toBe(false);
    await press(ruth, 'Approve');
    await ruth.getByText('You approved Maria Santos.').waitFor();
    await ruth.goto(`${app.url}/admin/parents`);
    expect(await inList('Maria Santos').locator('.tag').textContent()).toBe('Approved');

    await maria.goto(link); // words only: links get forwarded
    await maria.getByRole('heading', { name: 'Your photo is approved' }).waitFor();
    expect(await maria.locator('main img').count()).toBe(0);
    await press(maria, 'Show my photo');
    await showsUpright(maria.locator('main img').first());
  });

  test('Ruth rejects the photo of Kwame, who reads why in Arabic and sends another one, which she approves', async () => {
    const link = await add('kwame');
    const kwame = await meet({ locale: 'ar' });
    await kwame.goto(link);
    expect(await kwame.locator('html').getAttribute('dir')).toBe('rtl');
    await kwame.locator('#consent').check();
    await kwame.locator('form:has(#consent) button').click();
    await kwame.waitForURL('**/photo');
    await sendPhoto(kwame);

    await review('Kwame Mensah');
    await press(ruth, 'Reject');
    await ruth.getByRole('alert').waitFor(); // she has to say why
    await ruth.getByLabel('Too dark').check();
    await ruth.locator('#note').fill('Please try near the window.');
    await press(ruth, 'Reject');
    await ruth.getByText('You rejected the photo of Kwame Mensah.').waitFor();

    await kwame.reload();
    await says(kwame, 'الوجه معتم جدًا');
    await says(kwame, 'Please try near the window.');
    await sendPhoto(kwame);

    await review('Kwame Mensah');
    await press(ruth, 'Approve');
    await ruth.getByText('You approved Kwame Mensah.').waitFor();
    await kwame.reload();
    await kwame.getByRole('heading', { name: 'قُبلت صورتك' }).waitFor();
  });

  test('nothing was complained of, no CSP report came, and everything is where it belongs', async () => {
    expect(all).toHaveLength(3);
    expect(all).toEqual(all.map(() => ({ complaints: [], reports: [] })));
    expect(await app.checkIntegrity({ repair: false })).toMatchObject({
      photos: 3,
      orphanFiles: 0,
      rowsWithoutFile: 0,
      checksumMismatches: 0,
    });
  });
});
