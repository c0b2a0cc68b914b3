import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Parent } from '../../src/parents/parent.ts';
import { to } from '../../src/http/paths.ts';
import type { App } from './app.ts';
import { PASSWORD, type Person, people } from './cast.ts';
import { scene } from './pictures.ts';
import { makeVisitor, type Page, type Visitor } from './visitor.ts';

/** Someone with a browser: what they send with each request, and the tokens of their forms. */
export type Actor = {
  cookie: string;
  /** Of the pages that are theirs. */
  csrf: string;
  /** Of the office's pages; who is not signed in has one from the page for signing in. */
  officeCsrf: string;
};

export const cookieOf = (visitor: Visitor): string =>
  [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** The token of the first form on a page; '' where there is none. */
export const csrfOn = (page: Pick<Page, 'root'>): string =>
  page.root.querySelector('input[name=_csrf]')?.getAttribute('value') ?? '';

/** Nobody in particular, who has looked at the page for signing in and has a token for it. */
export const stranger = async (app: App): Promise<Actor> => {
  const visitor = makeVisitor(app.url);
  const csrf = csrfOn(await visitor.open('/admin/sign-in'));
  return { cookie: cookieOf(visitor), csrf, officeCsrf: csrf };
};

export const signIn = async (app: App, person: Person): Promise<Actor> => {
  const visitor = makeVisitor(app.url);
  const page = await visitor.submit(await visitor.open('/admin/sign-in'), 'Sign in', {
    email: people[person].email,
    password: PASSWORD,
  });
  const csrf = csrfOn(page);
  if (csrf === '') throw new Error(`${person} did not get in: ${page.text}`);
  return { cookie: cookieOf(visitor), csrf, officeCsrf: csrf };
};

/** The parent's browser after 'Start', or after 'Show my photo' where there is one. */
export const startAs = async (app: App, parent: Pick<Parent, 'id' | 'uniqueId'>): Promise<Actor> => {
  const visitor = makeVisitor(app.url, { 'accept-language': 'en' });
  const welcome = await visitor.open(`${to.link(parent.uniqueId)}?lang=en`);
  await visitor.post(to.link(parent.uniqueId), new URLSearchParams({ _csrf: csrfOn(welcome), consent: 'v1' }));
  const page = await visitor.open(to.parentPhoto(parent.id));
  if (csrfOn(page) === '') throw new Error(`no session: ${page.text}`);
  const officeCsrf = csrfOn(await visitor.open('/admin/sign-in'));
  return { cookie: cookieOf(visitor), csrf: csrfOn(page), officeCsrf };
};

/** The token of the forms at a link. */
export const linkToken = async (app: App, parent: Pick<Parent, 'uniqueId'>): Promise<string> =>
  csrfOn(await makeVisitor(app.url).open(to.linkNotMe(parent.uniqueId)));

/** A photo of the parent that waits for review; gives its id. */
export const givePhoto = async (app: App, parent: Parent): Promise<number> => {
  const bytes = await scene().jpeg().toBuffer();
  const path = app.files.temporaryPath();
  await writeFile(path, bytes);
  const sha256 = randomUUID().replaceAll('-', '').padEnd(64, '0');
  const received = await app.receivePhoto(parent, { path, size: bytes.length, sha256, uploadId: randomUUID() });
  if (!received.ok) throw new Error(received.reason);
  return received.value.photoId;
};
