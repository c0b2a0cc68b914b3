import { afterAll, beforeAll, expect, test } from 'vitest';
import { to } from '../../src/http/paths.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent, addStaff, people } from '../support/cast.ts';
import { enterOffice, expectSound, noticeOn } from '../support/office-visitor.ts';
import type { Page, Visitor } from '../support/visitor.ts';

let app: App;
let ruth: Visitor;
beforeAll(async () => {
  app = await startApp();
  await addStaff(app, 'ruth');
  ruth = await enterOffice(app, 'ruth');
});
afterAll(() => app.stop());

const NEW = '/admin/parents/new';
const sofia = { parent_name: 'Maria', parent_surname: 'Santos', child_name: 'Sofia Santos' };
const add = async (fields: Record<string, string>) => ruth.submit(await ruth.open(NEW), 'Save parent', fields);
const valueOf = (page: Page, field: string) => page.root.querySelector(`[name=${field}]`)?.getAttribute('value');
const errorsOn = (page: Page) =>
  page.root.querySelectorAll('[role=alert] a').map((link) => [link.getAttribute('href'), link.text]);

test('Ruth adds Maria and finds the link ready to copy, as text and as a QR code', async () => {
  const all = {
    ...sofia,
    class_name: '3B',
    email: 'maria.santos@example.org',
    locale: 'es',
    external_id: 'K-1',
    phone: '01632 960 777',
  };
  const page = await add(all);
  expect(page.url).toMatch(/^\/admin\/parents\/\d+\?done=created$/);
  expect(noticeOn(page)).toBe('Maria Santos is added. Copy the link and send it.');
  expect(page.root.querySelector('h1')?.text).toBe('Maria Santos');
  for (const words of [
    'Sofia Santos, Class 3B',
    'maria.santos@example.org',
    'Español',
    'K-1',
    '01632 960 777',
    'Not given yet',
  ]) {
    expect(page.root.querySelector('.pairs')?.text).toContain(words);
  }
  const link = page.root.querySelector('#link')?.getAttribute('value') ?? '';
  expect(link).toMatch(/^http:\/\/localhost:3000\/onboarding\/[0-9a-f-]{36}$/);
  expect(page.root.querySelector('[data-copy]')?.getAttribute('data-copy')).toBe('link');
  expect(page.root.querySelector('.qr svg')?.getAttribute('aria-label')).toBe('QR code of the link for Maria Santos');
  expect(page.text).toMatch(/Works until \d+ \w+ 20\d\d\. Not opened yet\./);
  expect(page.root.querySelector('.timeline')?.text).toMatch(/Entered.*Today at \d\d:\d\d, by Ruth Adeyemi/s);
  expect(page.root.querySelector('title')?.text, 'rule 8: no link in a title').not.toContain(link.slice(-36));
  expectSound(page);
});

test('what is missing or wrong is said at once, what was typed stays, nothing is stored', async () => {
  const before = await app.db('parents').count();
  const page = await add({
    parent_name: ' ',
    child_name: '',
    email: 'maria.example.org',
    class_name: 'x'.repeat(51),
    phone: '0'.repeat(41),
  });
  expect(page.status).toBe(422);
  expect(page.root.querySelector('title')?.text).toMatch(/^Error: /);
  expect(page.root.querySelector('[role=alert] h2')?.text).toBe('Error: there are 5 problems');
  expect(errorsOn(page)).toEqual([
    ['#parent_name', 'Enter the parent’s first name'],
    ['#child_name', 'Enter the child’s name'],
    ['#class_name', 'The class can have 50 letters at most'],
    ['#email', 'Enter an e-mail address like name@example.org'],
    ['#phone', 'The telephone number can have 40 letters at most'],
  ]);
  expect(valueOf(page, 'email')).toBe('maria.example.org');
  expect(page.root.querySelector('#email')?.getAttribute('aria-describedby')).toBe('email-e');
  expectSound(page);
  expect(await app.db('parents').count()).toEqual(before);
});

test('a name is whatever people write: one word, 200 letters, Arabic, emoji; only control characters are refused', async () => {
  const names = ['محمد', '🦊'.repeat(200), "N'Golo-O’Brien", 'x'.repeat(200), 'a\u0301\u0308', '<i>Bo</i>', '%00'];
  for (const name of names) {
    const page = await add({ parent_name: name, child_name: 'Kid' });
    expect(page.status, name).toBe(200);
    expect(page.root.querySelector('h1 bdi')?.textContent, name).toBe(name);
  }
  for (const name of ['a\u0000b', 'a\nb', 'a\u0085b', 'x'.repeat(201)]) {
    const page = await add({ parent_name: name, child_name: 'Kid' });
    expect(page.status, JSON.stringify(name)).toBe(422);
    expect(errorsOn(page)).toHaveLength(1);
  }
});

test('save and add another leads to an empty form that says who was added', async () => {
  const page = await ruth.submit(await ruth.open(NEW), 'Save and add another', { ...sofia, parent_name: 'Ana' });
  expect(page.url).toMatch(/^\/admin\/parents\/new\?done=created-more&of=\d+$/);
  expect(noticeOn(page)).toBe('Ana Santos is added. Add the next parent.');
  expect(valueOf(page, 'parent_name')).toBe('');
  expect(page.root.querySelectorAll('datalist option').map((option) => option.getAttribute('value'))).toContain('3B');
});

test('a form that was opened for another school saves nothing, keeps what was typed and says where it would go', async () => {
  const elm = await app.createSchool({ kind: 'cli' }, { name: 'Elm Grove School', timeZone: 'Europe/London' });
  const self = app.db('staff').where({ email: people.ruth.email }).select('id').first();
  await app.db('staff_roles').insert({ staff_id: self, school_id: elm.id, role: 'admin' });
  const form = await ruth.open(NEW);
  const csrf = form.root.querySelector('[name=_csrf]')?.getAttribute('value') ?? '';
  const changed = await ruth.post('/admin/school', new URLSearchParams({ _csrf: csrf, school: String(elm.id) }));
  expect(changed.url).toBe('/admin/parents');
  const page = await ruth.submit(form, 'Save parent', { ...sofia, parent_surname: 'Elsewhere' });
  expect(page.status, `${page.url} ${page.text.slice(0, 500)}`).toBe(409);
  expect(noticeOn(page)).toContain('You are working in Elm Grove School now');
  expect(valueOf(page, 'parent_surname')).toBe('Elsewhere');
  expect(await app.db('parents').where({ parent_surname: 'Elsewhere' }).select()).toEqual([]);
  expect((await ruth.submit(page, 'Save parent', {})).url).toMatch(/done=created$/);
  expect(await app.db('parents').where({ parent_surname: 'Elsewhere' }).select()).toMatchObject([
    { school_id: String(elm.id) },
  ]);
  await app.db('staff_roles').where({ school_id: elm.id }).delete();
});

test('the school’s own number is one parent’s: a second one with it is refused, at entering and at editing', async () => {
  await add({ ...sofia, external_id: 'K-7' });
  let page = await add({ ...sofia, parent_name: 'Second', external_id: 'K-7' });
  expect(page.status).toBe(422);
  expect(errorsOn(page)).toEqual([['#external_id', 'Another parent already has this number']]);
  expect(valueOf(page, 'parent_name')).toBe('Second');
  const other = await addParent(app, 'kwame');
  page = await ruth.submit(await ruth.open(to.adminParentEdit(other.id)), 'Save parent', { external_id: 'K-7' });
  expect(page.status).toBe(422);
});

test('Ruth edits what is wrong; the history says which fields, not what they were', async () => {
  const parent = await addParent(app, 'oisin', { email: 'old@example.org' });
  let page = await ruth.follow(await ruth.open(to.adminParent(parent.id)), 'Edit');
  expect(valueOf(page, 'parent_surname')).toBe("O'Brien-Núñez");
  expect(page.text).not.toContain('Save and add another');
  expectSound(page);
  page = await ruth.submit(page, 'Save parent', { email: '', class_name: '4C', locale: 'ar' });
  expect(noticeOn(page)).toBe('The changes are saved.');
  expect(page.root.querySelector('.timeline')?.text).toContain('Details changed: class, e-mail, language');
  expect(page.html).not.toContain('old@example.org');
  const changed = await app.parents.findById(parent.id);
  expect(changed).toMatchObject({
    ...parent,
    email: null,
    className: '4C',
    locale: 'ar',
    changedAt: changed?.changedAt,
  });
});

test('R50: fields that the form does not have change nothing', async () => {
  const parent = await addParent(app, 'amina');
  const page = await ruth.open(to.adminParentEdit(parent.id));
  const csrf = page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  const extra = {
    school_id: '2',
    status: 'approved',
    unique_id: 'x',
    archived_at: '2020-01-01',
    photo_id: '1',
    schoolId: '2',
    id: '1',
  };
  await ruth.post(
    to.adminParentEdit(parent.id),
    new URLSearchParams({
      _csrf: csrf,
      parent_name: 'Amina',
      parent_surname: 'Abdi',
      child_name: 'Yusuf Abdi',
      class_name: '1A',
      ...extra,
    }),
  );
  expect(await app.parents.findById(parent.id)).toMatchObject({ ...parent, changedAt: expect.anything() as Date });
});

test('R55: a field that comes twice, or with a strange name, is harmless', async () => {
  const page = await ruth.open(NEW);
  const csrf = page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';
  for (const body of [
    'parent_name=a&parent_name=b&child_name=c',
    'parent_name[x]=a&child_name=c',
    '__proto__[name]=x',
    'constructor=1',
    '',
  ]) {
    expect((await ruth.post(NEW, `_csrf=${csrf}&${body}`, FORM)).status, body).toBe(422);
  }
});
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
