import { afterAll, beforeAll, expect, test } from 'vitest';
import { paths, to } from '../../src/http/paths.ts';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, namesOn } from '../support/office-visitor.ts';
import type { Visitor } from '../support/visitor.ts';

let app: App;
let ruth: Visitor;
let ben: Visitor;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
  ben = await enterOffice(app, 'ben');
});
afterAll(() => app.stop());

test('R50: a reviewer sees the list and the details, without link, QR code, editing and leaving', async () => {
  const parent = await addParent(app, 'kwame', { surname: 'Reviewed' });
  await givePhoto(app, parent);
  expect(namesOn(await ben.open('/admin/parents?q=reviewed'))).toEqual(['Kwame Reviewed']);
  const page = await ben.open(to.adminParent(parent.id));
  expect(page.status).toBe(200);
  expect(page.html).not.toContain(parent.uniqueId);
  expect(page.root.querySelector('.qr')).toBeNull();
  for (const words of ['Edit', 'Make a new link', 'Turn off', 'Archive', 'Delete for good', 'Copy'])
    expect(page.text).not.toContain(words);
  for (const words of ['Review photo', 'Approve', 'Reject', 'Details', 'History']) expect(page.text).toContain(words);
  expectSound(page);
  const refused = await ben.open(to.adminParentEdit(parent.id));
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('You can review photos.');
  expect((await ben.follow(refused, 'Go to Review')).url).toBe('/admin/review');
  expectSound(refused);
});

test('R32: an address that names nobody gives the page for that, never an error', async () => {
  for (const id of ['0', '999999', '01', '-1', '1e3', 'new%20', '9'.repeat(30), '%00', 'constructor', '1.0']) {
    const page = await ruth.open(`/admin/parents/${id}`);
    expect(page.status, id).toBe(404);
  }
  const page = await ruth.open('/admin/nothing-here');
  expect(page.text).toContain('We cannot find this page');
  expectSound(page);
  expect((await ruth.submit(page, 'Search', { q: 'reviewed' })).url).toBe('/admin/parents?q=reviewed');
});

test('R34: pages of the office are kept nowhere and name no other host', async () => {
  const parent = await addParent(app, 'maria', { surname: 'Headers' });
  for (const path of ['/admin/parents', to.adminParent(parent.id), paths.adminParentNew, paths.review]) {
    const page = await ruth.open(path);
    expect(page.headers.get('cache-control'), path).toContain('no-store');
    expect(page.headers.get('referrer-policy'), path).toBe('no-referrer');
    const hosts = page.html.match(/(?:src|href|action)="(?:https?:)?\/\/[^"]*/g) ?? [];
    expect(hosts, path).toEqual([]);
  }
  expect((await ruth.open(to.link(parent.uniqueId))).status).toBe(200); // as from the parent's page, to see where it leads
  expect(app.logs.join('')).not.toContain(parent.uniqueId);
});
