import { afterAll, beforeAll, expect, test } from 'vitest';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { enterOffice, expectSound, namesOn, noticeOn } from '../support/office-visitor.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let app: App;
let ruth: Visitor;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  ruth = await enterOffice(app, 'ruth');
});
afterAll(() => app.stop());

const chips = (page: Page) => page.root.querySelectorAll('.chip').map((chip) => chip.text.replace(/\s+/g, ' ').trim());
const hrefOf = (page: Page, selector: string) => page.root.querySelector(selector)?.getAttribute('href') ?? '';

test('an empty school says so, and leads to the first parent', async () => {
  const page = await ruth.open('/admin/parents');
  expect(page.text).toContain('No parents yet');
  expect(page.root.querySelector('.chips')).toBeNull();
  expect((await ruth.follow(page, 'Add one parent')).url).toBe('/admin/parents/new');
  expectSound(page);
  const ben = await enterOffice(app, 'ben');
  expect(ben.page.text).not.toContain('Add one parent');
});

test('an empty review says so', async () => {
  const page = await ruth.open('/admin/review');
  expect(page.text).toContain('You have reviewed every photo');
  expectSound(page);
});

test('counts, bar, chips and rows say the same; filters and search keep each other', async () => {
  const maria = await addParent(app, 'maria');
  const kwame = await addParent(app, 'kwame', { className: '3B' });
  const amina = await addParent(app, 'amina');
  await addParent(app, 'oisin');
  await givePhoto(app, maria);
  const approved = await givePhoto(app, amina);
  await app.reviewPhoto.approve({ kind: 'cli' }, amina.schoolId, approved);
  await app.choices.sayNotMe(kwame.id);

  let page = await ruth.open('/admin/parents');
  expectSound(page);
  expect(page.root.querySelector('.summary .big')?.text).toBe('1 of 4');
  expect(page.text).toContain('parents have an approved photo (25%)');
  expect(page.root.querySelector('.stackbar')?.getAttribute('aria-label')).toBe(
    '1 approved, 1 waiting for review, 0 opened, 0 rejected, 2 not opened, declined or without a link',
  );
  expect(chips(page).slice(0, 5)).toEqual(['All 4', 'Not opened 2', 'Opened 0', 'Waiting for review 1', 'Approved 1']);
  expect(namesOn(page)).toEqual(['Amina Abdi', 'Kwame Mensah', "Oisín O'Brien-Núñez", 'Maria Santos']);
  expect(page.root.querySelector('.nav .count')?.text).toContain('1');
  const row = page.root.querySelector(`tr[data-parent-id="${kwame.id}"]`);
  expect(row?.getAttribute('data-status')).toBe('not_opened');
  expect(row?.text).toContain('“This is not me”');
  expect(page.root.querySelectorAll('tbody img[loading=lazy]')).toHaveLength(2);

  page = await ruth.submit(page, 'Show', { class: '3B' });
  expect(namesOn(page)).toEqual(['Kwame Mensah', 'Maria Santos']);
  expect(chips(page)[0]).toBe('All 2');
  expect(page.text).toContain('0 of 2');
  expect(page.text).toContain('parents of class 3B have an approved photo (0%)');
  page = await ruth.follow(page, 'Waiting for review');
  expect(page.url).toBe('/admin/parents?status=pending&class=3B');
  expect(namesOn(page)).toEqual(['Maria Santos']);
  page = await ruth.submit(page, 'Search', { q: 'SANTOS' });
  expect(Object.fromEntries(new URL(page.url, app.url).searchParams)).toEqual({
    status: 'pending',
    class: '3B',
    q: 'SANTOS',
  });
  expect(namesOn(page)).toEqual(['Maria Santos']);
  expect(page.root.querySelector('option[selected]')?.text).toBe('3B');
});

test('the search hears names as staff do, and says what to do when it finds nobody', async () => {
  const search = async (q: string) => ruth.submit(await ruth.open('/admin/parents'), 'Search', { q });
  expect(namesOn(await search('obrien nunez'))).toEqual(["Oisín O'Brien-Núñez"]);
  let page = await search('Sofai');
  expect(page.text).toContain('No parent or child called “Sofai”');
  expect(page.root.querySelector('title')?.text).toContain('No results');
  expectSound(page);
  page = await ruth.follow(page, 'Did you mean');
  expect(namesOn(page)).toEqual(['Maria Santos']);
  page = await ruth.follow(await ruth.open('/admin/parents?q=zzz&status=approved'), 'Search in all parents');
  expect(page.url).toBe('/admin/parents?q=zzz');
  page = await ruth.follow(page, 'Clear search');
  expect(namesOn(page)).toHaveLength(4);
  page = await ruth.open('/admin/parents?status=revoked');
  expect(page.text).toContain('No parents here');
});

test('R55: an address that nobody wrote is read as if it said nothing', async () => {
  const odd = [
    'status=nonsense&sort=password&cursor=zzz',
    'q=a&q=b&status=opened&status=pending',
    'class[]=x&q[$ne]=1&__proto__[x]=1',
    `q=${'x'.repeat(3000)}`,
    'q=%00%0a&class=%00',
    'cursor=eyJpZCI6MX0&done=<script>&of=-1',
    'settings[view options]=1&done=constructor',
  ];
  for (const query of odd) {
    const page = await ruth.open(`/admin/parents?${query}`);
    expect(page.status, query).toBe(200);
    expect(noticeOn(page), query).toBe('');
  }
  expect(namesOn(await ruth.open('/admin/parents?status=nonsense&sort=password&cursor=zzz'))).toHaveLength(4);
});

test('names are written as they are, escaped, wherever they come from', async () => {
  await addParent(app, 'amina', {
    name: '<b>Bob</b>',
    surname: '"><script>x</script>',
    childName: "Zoë & O'Neil",
    className: '1A',
  });
  const page = await ruth.open('/admin/parents?q=zoe');
  expect(namesOn(page)).toHaveLength(1);
  expect(page.html).toContain('&lt;b&gt;Bob&lt;/b&gt;');
  expect(page.html).not.toContain('<script>x');
  const detail = await ruth.follow(page, 'Bob');
  expect(detail.html).not.toContain('<script>x');
  expectSound(detail);
});

test('sorted by parent, child or last change, both ways, fifty a page, forth and back', async () => {
  for (let n = 1; n <= 55; n++) {
    await addParent(app, 'kwame', {
      surname: `Zz${String(n).padStart(2, '0')}`,
      childName: `Kid ${100 - n}`,
      className: '9Z',
    });
  }
  let page = await ruth.open('/admin/parents?class=9Z');
  expect(page.root.querySelector('.pager')?.text).toContain('1 to 50 of 55');
  expect(page.root.querySelector('a[rel=prev]')).toBeNull();
  expect(page.root.querySelector('th[aria-sort=ascending]')?.text).toContain('Parent');
  page = await ruth.open(hrefOf(page, 'a[rel=next]'));
  expect(namesOn(page)).toEqual(['Kwame Zz51', 'Kwame Zz52', 'Kwame Zz53', 'Kwame Zz54', 'Kwame Zz55']);
  expect(page.root.querySelector('.pager')?.text).toContain('51 to 55 of 55');
  expect(page.root.querySelector('a[rel=next]')).toBeNull();
  page = await ruth.open(hrefOf(page, 'a[rel=prev]'));
  expect(namesOn(page)[0]).toBe('Kwame Zz01');

  page = await ruth.open('/admin/parents?class=9Z');
  page = await ruth.open(hrefOf(page, 'thead th:nth-child(1) a'));
  expect(page.url).toBe('/admin/parents?class=9Z&sort=-name');
  expect(namesOn(page)[0]).toBe('Kwame Zz55');
  page = await ruth.open(hrefOf(page, 'thead th:nth-child(2) a'));
  expect(namesOn(page)[0]).toBe('Kwame Zz55'); // Kid 45
  page = await ruth.open(hrefOf(page, 'thead th:nth-child(5) a'));
  expect(page.url).toContain('sort=-changed');
  expect(namesOn(page)[0]).toBe('Kwame Zz55');
  page = await ruth.open(hrefOf(page, 'thead th:nth-child(5) a'));
  expect(namesOn(page)[0]).toBe('Kwame Zz01');
});

test('R36: staff of a second school see nothing of the first, and can switch only to schools of their own', async () => {
  const elm = await app.createSchool({ kind: 'cli' }, { name: 'Elmwood School', timeZone: 'UTC' });
  const walterId = await addStaff(app, 'walter', elm.id);
  await addParent(app, 'oisin', { schoolId: elm.id, childName: 'Only at Elmwood' });
  const walter = await enterOffice(app, 'walter');
  let { page } = walter;
  expect(namesOn(page)).toHaveLength(1);
  expect(chips(page)[0]).toBe('All 1');
  expect(page.root.querySelector('.switch'), 'with one school of one’s own there is no switch').toBeNull();
  page = await walter.open('/admin/parents?q=santos');
  expect(page.text).toContain('No parent or child called');
  expect(page.text).not.toContain('Did you mean');
  const [maria] = await app
    .db('parents')
    .where({ parent_surname: 'Santos' })
    .select<{ id: string; photo_id: string }[]>();
  for (const path of [
    `/admin/parents/${maria?.id}`,
    `/admin/photos/${maria?.photo_id}/full`,
    `/admin/photos/${maria?.photo_id}/rejection`,
  ]) {
    expect((await walter.open(path)).status, path).toBe(404);
  }
  const [oakfield] = await app.schools.list();
  page = await walter.open('/admin/parents');
  const csrf = page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  expect(
    (await walter.post('/admin/school', new URLSearchParams({ _csrf: csrf, school: String(oakfield?.id) }))).status,
  ).toBe(404);

  await app.db.transaction((trx) => app.staff.giveRole(trx, walterId, oakfield?.id ?? 0, 'reviewer'));
  page = await walter.open('/admin/parents');
  expect(page.root.querySelector('.switch summary')?.text).toContain('Elmwood School');
  expectSound(page);
  page = await walter.submit(page, 'Oakfield Primary School');
  expect(page.root.querySelector('.switch summary')?.text).toContain('Oakfield Primary School');
  expect(page.text).not.toContain('Only at Elmwood');
  expect(page.text, 'a reviewer there').not.toContain('Add parent');
});
