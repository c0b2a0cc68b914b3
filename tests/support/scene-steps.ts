// How scenes of the office come to their page.
import { paths, to } from '../../src/http/paths.ts';
import type { Person } from './cast.ts';
import type { Life } from './lives.ts';
import type { Scene } from './stage.ts';

const BUTTON = 'form[method=post] button';

/** A page of the office, as somebody of it. */
export const at =
  (address: string, person: Person = 'ruth'): Scene =>
  async ({ as, open }) => {
    await as(person);
    await open(address);
  };

/** A page about one parent. */
export const about =
  (address: (parentId: number) => string, life: Life = 'fresh', person: Person = 'ruth'): Scene =>
  async ({ as, open, lives }) => {
    const parent = await lives[life]();
    await as(person);
    await open(address(parent.id));
  };

/** The page of a parent of the practice school. */
export const whoIs =
  (surname: string, person: Person = 'ruth', query = ''): Scene =>
  async ({ app, as, open }) => {
    const row = await app.db('parents').where({ parent_surname: surname }).first<{ id: string }>('id');
    await as(person);
    await open(to.adminParent(Number(row.id)) + query);
  };

/** A page about one photo: that of a parent with such a life behind them. */
export const ofPhoto =
  (address: (photoId: number) => string, life: Life): Scene =>
  async ({ app, as, open, lives }) => {
    const [photo] = await app.photos.listOfParent((await lives[life]()).id);
    await as('ruth');
    await open(address(photo?.id ?? 0));
  };

/** What comes when a form of the page is sent; `tampered`: after a script has changed it. */
export const sent =
  (before: Scene, { tampered = '', button = BUTTON } = {}): Scene =>
  async (stage) => {
    await before(stage);
    await stage.tamper(`for (const form of document.forms) form.noValidate = true;${tampered}`);
    await stage.submit(button);
  };

export const type = (name: string, value: string) => `document.querySelector('main [name=${name}]').value = ${value};`;
export const tooLong = { tampered: type('why', `'Because '.repeat(50)`) };
export const review = (photoId: number) => `${paths.review}?photo=${photoId}`;
export const rejection = (query: string) => (photoId: number) => `${to.adminRejection(photoId)}?${query}`;
export const reject = 'button[value=reject]';
export const crop = (query: string) => (photoId: number) => `${to.adminCrop(photoId)}?${query}`;
