import { randomUUID } from 'node:crypto';
import type { Parent } from '../../src/parents/parent.ts';
import type { App } from './app.ts';
import { addParent, type parents } from './cast.ts';
import { BOUNDARY, field, file, multipart } from './multipart.ts';
import { type RawAnswer, sendRaw } from './raw-http.ts';
import { makeVisitor, type Page, type Visitor } from './visitor.ts';

/** A parent with the page open that takes the photo, and what the form on it holds. */
export type Sender = {
  parentId: number;
  visitor: Visitor;
  page: Page;
  port: number;
  path: string;
  cookie: string;
  csrf: string;
  uploadId: string;
};

/** Adds a parent who opens the link and presses 'Start'. */
export const addSender = async (app: App, who: keyof typeof parents = 'maria'): Promise<Sender> =>
  openForm(app.url, await addParent(app, who));

/** Opens the link at the service `url` and presses 'Start'. */
export const openForm = async (url: string, { id, uniqueId }: Pick<Parent, 'id' | 'uniqueId'>): Promise<Sender> => {
  const visitor = makeVisitor(url);
  const page = await visitor.submit(await visitor.open(`/onboarding/${uniqueId}`), 'Start', { consent: 'v1' });
  const path = new URL(page.url, url).pathname;
  if (!path.endsWith('/photo')) throw new Error(`no form for the photo: ${page.status} ${page.text}`);
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
  const value = (name: string) => page.root.querySelector(`[name="${name}"]`)?.getAttribute('value') ?? '';
  const fields = { csrf: value('_csrf'), uploadId: value('upload_id') };
  return { parentId: id, visitor, page, port: Number(new URL(url).port), path, cookie, ...fields };
};

type Named = { uploadId?: string; name?: string | Buffer };

/** The form's body with a photo, as a browser sends it; every call is a new upload unless `uploadId` is given. */
export const formBody = (sender: Sender, bytes: Buffer, { uploadId = randomUUID(), name = 'me.jpg' }: Named = {}) =>
  multipart([field('_csrf', sender.csrf), field('upload_id', uploadId), file(bytes, name)]);

/** The head of the request; `null` leaves a header out. */
export const headOf = (sender: Sender, headers: Record<string, string | null>): string => {
  const all: Record<string, string | null> = {
    Host: '127.0.0.1',
    Accept: 'text/html',
    Cookie: sender.cookie,
    'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}\r\n`]));
  return `POST ${sender.path} HTTP/1.1\r\n${lines.join('')}\r\n`;
};

/** Sends a body with an honest length. */
export const sendBody = (
  sender: Sender,
  body: Buffer,
  headers: Record<string, string | null> = {},
): Promise<RawAnswer> =>
  sendRaw({
    port: sender.port,
    pieces: [headOf(sender, { 'Content-Length': String(body.length), ...headers }), body],
  });

/** Sends a photo with the form's fields. */
export const sendPhoto = (sender: Sender, bytes: Buffer, options: Named = {}): Promise<RawAnswer> =>
  sendBody(sender, formBody(sender, bytes, options));
