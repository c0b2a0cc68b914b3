import { to } from '../../src/http/paths.ts';
import type { Parent } from '../../src/parents/parent.ts';
import { uploadProblems } from '../../src/http/presenters/parent-upload-problem.ts';
import type { ParentViews } from '../../src/http/presenters/parent-views.ts';
import { breakDatabase, loseTable } from './broken-database.ts';
import type { Life } from './lives.ts';
import type { Scene, Scenes, Stage } from './stage.ts';

/** Nobody has that id. */
const NOBODY = 999_999;
const BUTTON = 'form[method=post] button';

type Address = (parent: Parent) => string;
const link: Address = ({ uniqueId }) => to.link(uniqueId);
const status: Address = ({ id }) => to.parent(id);
const photo: Address = ({ id }) => to.parentPhoto(id);
const deletion: Address = ({ id }) => to.parentDeletion(id);

/** The page at an address of a parent's link; `expired`: the link's time is over. */
const at =
  (address: Address, life: Life = 'fresh', { expired = false } = {}): Scene =>
  async ({ lives, open }) => {
    const parent = await lives[life]();
    if (expired) await lives.expire(parent);
    await open(address(parent));
  };

/** The page of a parent who has pressed 'Start' or 'Show my photo'; `expired`: since then the link's time is over. */
const within =
  (address: Address, life: Life = 'fresh', { expired = false } = {}): Scene =>
  async ({ lives, enter, open }) => {
    const parent = await lives[life]();
    await enter(parent);
    if (expired) await lives.expire(parent);
    await open(address(parent));
  };

/** What comes when the form of the page is sent; `tampered`: after a script has changed it. */
const sent =
  (before: Scene, tampered = ''): Scene =>
  async (stage) => {
    await before(stage);
    await stage.tamper(tampered);
    await stage.submit(BUTTON);
  };

const expired = { expired: true };
const notMe: Address = ({ uniqueId }) => to.linkNotMe(uniqueId);
const decline: Address = ({ uniqueId }) => to.linkDecline(uniqueId);

/** A photo was not taken: the address that the script goes to, and that shows what a plain form is answered. */
const problem =
  (name: string): Address =>
  (parent) =>
    `${photo(parent)}?problem=${name}`;
const OTHER_VIEWS = ['no-file', 'too-many'];
const problems = Object.keys(uploadProblems).filter((name) => !OTHER_VIEWS.includes(name));

const checksOf = async ({ app }: Stage, { id }: Parent): Promise<string> =>
  to.parentChecks(id, (await app.photos.listOfParent(id))[0]?.id ?? 0);

const checks =
  (life: Life): Scene =>
  async (stage) => {
    const parent = await stage.lives[life]();
    await stage.enter(parent);
    await stage.open(await checksOf(stage, parent));
  };

const guessLinks = async ({ app, page, after }: Stage): Promise<void> => {
  const from = { 'x-forwarded-for': '203.0.113.9' };
  for (let guess = 0; guess < 62; guess += 1) await fetch(`${app.url}/onboarding/x`, { headers: from });
  await page.setExtraHTTPHeaders(from);
  after(() => page.setExtraHTTPHeaders({}));
};

/** Every state of every page that a parent can meet. */
export const parentScenes: Scenes<ParentViews> = {
  'parent/welcome': {
    'at first': at(link),
    'the box is not ticked': sent(at(link), `document.querySelector('main form').noValidate = true`),
    'what was agreed to has other words now': sent(
      at(link),
      `{
      const consent = document.querySelector('#consent');
      consent.value = 'v0';
      consent.checked = true;
    }`,
    ),
  },
  'parent/link-expired': {
    'nothing was sent': at(link, 'fresh', expired),
    'in a session': within(photo, 'fresh', expired),
    'a photo was sent': within(photo, 'approved', expired),
  },
  'parent/link-invalid': { 'not a link': ({ open }) => open('/onboarding/x') },
  'parent/session-ended': { 'no session': ({ open }) => open(to.parent(NOBODY)) },
  'parent/not-me': { asked: at(notMe) },
  'parent/not-me-done': { said: sent(at(notMe)) },
  'parent/decline': {
    asked: at(decline),
    'the note is too long': sent(at(decline), `document.querySelector('textarea').value = 'Because '.repeat(50)`),
  },
  'parent/decline-done': {
    said: sent(at(decline)),
    'at the link': at(link, 'declined'),
    'in a session': async (stage) => {
      const parent = await stage.lives.fresh();
      await stage.enter(parent);
      await stage.app.choices.decline(parent.id, '');
      await stage.open(status(parent));
    },
  },
  'parent/photo': {
    'the first photo': within(photo),
    'another photo': within(photo, 'approved'),
    'sent without one': within(problem('no-file')),
  },
  'parent/problem': Object.fromEntries(problems.map((name) => [name, within(problem(name))])),
  'parent/too-many': {
    'nothing was sent': within(problem('too-many')),
    'one was sent': within(problem('too-many'), 'sent'),
    'with the time of the next': async (stage) => {
      const parent = await stage.lives.fresh();
      await stage.enter(parent);
      const limit = stage.app.makeRateLimit('upload-hour', 20, 3600);
      for (let n = 0; n < 20; n += 1) await limit.consume(String(parent.id));
      await stage.open(photo(parent));
      await stage.tamper(`document.querySelector('[data-photo]').submit()`); // past the script
      await stage.page.waitForURL('**/photo');
      await stage.page.locator('[data-photo]').waitFor({ state: 'detached' });
    },
  },
  'parent/checks': {
    'two things': checks('advised'),
    'many things': checks('muchAdvised'),
    'the link is over': async (stage) => {
      const parent = await stage.lives.advised();
      await stage.enter(parent);
      await stage.lives.expire(parent);
      await stage.open(await checksOf(stage, parent));
    },
  },
  'parent/receipt': {
    waiting: at(link, 'sent'),
    'waiting, could be better': at(link, 'advised'),
    'waiting, the old one stays': at(link, 'replacing'),
    'waiting, the link is over': at(link, 'sent', expired),
    approved: at(link, 'approved'),
    'approved, a newer one rejected': at(link, 'keptOld'),
    rejected: at(link, 'rejected'),
    'rejected, the link is over': at(link, 'rejected', expired),
    'rejected, the files are cleared': at(link, 'cleared'),
  },
  'parent/pending': {
    waiting: within(status, 'sent'),
    'the old one stays': within(status, 'replacing'),
    'could be better': within(status, 'advised'),
    'sent anyway': within(status, 'sentAnyway'),
    'perhaps damaged': within(status, 'damaged'),
    'the link is over': within(status, 'sent', expired),
  },
  'parent/approved': {
    approved: within(status, 'approved'),
    'a newer one was rejected': within(status, 'keptOld'),
    'the link is over': within(status, 'approved', expired),
  },
  'parent/rejected': {
    rejected: within(status, 'rejected'),
    'the link is over': within(status, 'rejected', expired),
    'the files are cleared': within(status, 'cleared'),
  },
  'parent/deletion': { 'one photo': within(deletion, 'sent'), 'several photos': within(deletion, 'keptOld') },
  'parent/deletion-done': {
    deleted: sent(within(deletion, 'sent')),
    'the link is over': sent(within(deletion, 'sent', expired)),
  },
  'parent/error': {
    'the token is wrong': sent(at(notMe), `document.querySelector('main [name=_csrf]').value = 'x'`),
    'more than a form may hold': sent(
      at(notMe),
      `document.querySelector('main [name=_csrf]').value = 'x'.repeat(20000)`,
    ),
    'a picture that is not there': within(({ id }) => to.parentPicture(id, NOBODY, 'full')),
    'too many guesses at links': async (stage) => {
      await guessLinks(stage);
      await stage.open('/onboarding/x');
    },
    'our own fault': async (stage) => {
      await loseTable(stage, 'parents');
      await stage.open(`/onboarding/${crypto.randomUUID()}`);
    },
    'the database is away': async (stage) => {
      await breakDatabase(stage);
      await stage.open(`/onboarding/${crypto.randomUUID()}`);
    },
  },
};
