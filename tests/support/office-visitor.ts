import { expect } from 'vitest';
import type { App } from './app.ts';
import { PASSWORD, type Person, people } from './cast.ts';
import { makeVisitor, type Page, type Visitor } from './visitor.ts';

/** Someone of the office, signed in; `page` is where that led. */
export const enterOffice = async (app: App, person: Person): Promise<Visitor & { page: Page }> => {
  const visitor = makeVisitor(app.url);
  const fields = { email: people[person].email, password: PASSWORD };
  const page = await visitor.submit(await visitor.open('/admin/sign-in'), 'Sign in', fields);
  return { ...visitor, page };
};

/** What every page of the office keeps to, whatever it shows. */
export const expectSound = (page: Page): void => {
  const ids = page.root.querySelectorAll('[id]').map((one) => one.id);
  expect(ids, `${page.url}: each id once`).toEqual([...new Set(ids)]);
  expect(page.root.querySelectorAll('h1'), `${page.url}: one h1`).toHaveLength(1);
  expect(page.html, `${page.url}: no style attribute, no script in the page`).not.toMatch(
    / style=|<script(?! type="module" src)/,
  );
  expect(page.html, `${page.url}: no word is missing`).not.toMatch(/office\.[a-z]+\.|undefined|\[object/);
  for (const form of page.root.querySelectorAll('form[method=post]')) {
    expect(form.querySelector('input, button, select, textarea')?.getAttribute('name'), page.url).toBe('_csrf');
  }
};

/** The names in the list, in its order. */
export const namesOn = (page: Page): string[] => page.root.querySelectorAll('tbody th a').map((link) => link.text);

/** What the page says has just been done. */
export const noticeOn = (page: Page): string =>
  (page.root.querySelector('.notice[role=status], .notice [role=status]')?.text ?? '').replace(/\s+/g, ' ').trim();
