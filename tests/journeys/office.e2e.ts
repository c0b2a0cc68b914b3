import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { commands } from '../../src/commands/registry.ts';
import { type App, startApp } from '../support/app.ts';
import { inspect, openContext, startBrowser } from '../support/browser.ts';
import { addStaff, PASSWORD, people } from '../support/cast.ts';

let app: App;
let browser: Browser;
beforeAll(async () => {
  app = await startApp();
  browser = await startBrowser();
  await addStaff(app, 'ruth');
  await addStaff(app, 'gita');
});
afterAll(async () => {
  await browser.close();
  await app.stop();
});

test('the office, from signing in to every page of a full school, without a fault', async () => {
  const { context, complaints } = await openContext(browser, { width: 1280 });
  const page = await context.newPage();
  const look = async (path: string, name: string) => {
    await page.goto(app.url + path);
    expect(await inspect(page, name)).toEqual([]);
  };
  await look('/admin', 'admin-sign-in');
  await page.locator('#email').fill(people.ruth.email);
  await page.locator('#password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[role=alert]').waitFor();
  expect(await inspect(page, 'admin-sign-in-wrong')).toEqual([]);
  await page.locator('#email').fill(people.ruth.email);
  await page.locator('#password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Parents', exact: true }).waitFor();
  expect(await inspect(page, 'admin-dashboard-empty')).toEqual([]);
  await look('/admin/review', 'admin-review-empty');

  await commands['demo:seed']?.run(app, { values: { parents: '60' }, words: [] });
  await app.foldCounts();
  await look('/admin/parents', 'admin-dashboard');
  expect(await page.locator('tbody tr').count()).toBe(50);
  await page.getByRole('link', { name: 'Next' }).click();
  await page.locator('a[rel=prev]').waitFor();
  await look('/admin/parents?q=Sofai', 'admin-dashboard-search');
  await look('/admin/parents?status=approved&class=1A', 'admin-dashboard-filtered');
  await look('/admin/parents/new', 'admin-parent-new');
  await page.locator('[name=parent_name]').fill('Maria');
  await page.locator('[name=email]').fill('maria.example.org');
  await page.getByRole('button', { name: 'Save parent' }).click();
  await page.locator('[role=alert]').waitFor();
  expect(await inspect(page, 'admin-parent-new-error')).toEqual([]);

  const find = async (name: string) => {
    const row = await app.db('parents').where({ parent_surname: name }).first<{ id: string } | undefined>('id');
    return Number(row?.id);
  };
  const maria = await find('Santos');
  await look(to.adminParent(maria), 'admin-parent');
  await look(to.adminParentEdit(maria), 'admin-parent-edit');
  await look(to.adminLinkNew(maria), 'admin-link-new');
  await look(to.adminLinkRevocation(maria), 'admin-link-revoke');
  await look(to.adminArchive(maria), 'admin-archive');
  await look(to.adminErasure(maria), 'admin-delete');
  await look(to.adminParent(await find('Marin')), 'admin-parent-alert');
  await look('/admin/review', 'admin-review');
  const pending = await app.db('photos').where({ status: 'pending' }).orderBy('id').first<{ id: string }>('id');
  await look(to.adminRejection(Number(pending.id)), 'admin-reject');
  await look('/admin/nothing', 'admin-404');

  await page.goto(`${app.url}${to.adminParent(maria)}`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('#email').fill(people.gita.email);
  await page.locator('#password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Your account cannot open this page' }).waitFor();
  expect(await inspect(page, 'admin-403')).toEqual([]);
  expect(complaints.filter((complaint) => !/status of (403|404|422)/.test(complaint))).toEqual([]);
  await context.close();
});

test('Ruth approves and rejects in the browser, without script too', async () => {
  const { context, complaints } = await openContext(browser, { width: 1280, script: false });
  const page = await context.newPage();
  await page.goto(`${app.url}/admin/review`);
  await page.locator('#email').fill(people.ruth.email);
  await page.locator('#password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/admin/review');
  const waiting = await app.reviewQueue.count(1);
  await page.locator('button[value=approve]').click();
  expect(await app.reviewQueue.count(1)).toBe(waiting - 1);
  await page.locator('input[name=reason]').first().check();
  await page.locator('button[value=reject]').click();
  expect(await app.reviewQueue.count(1)).toBe(waiting - 2);
  expect(complaints).toEqual([]);
  await context.close();
});
