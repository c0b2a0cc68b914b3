// What happens within a page, by its script.
import sharp from 'sharp';
import { paths, to } from '../../src/http/paths.ts';
import { parents } from './cast.ts';
import { scene as picture } from './pictures.ts';
import type { Scene, Stage } from './stage.ts';

const file = async (name = 'me.jpg', mimeType = 'image/jpeg', buffer?: Buffer) => ({
  name,
  mimeType,
  buffer: buffer ?? (await picture(900, 1200).jpeg().toBuffer()),
});

/** On the page that takes the photo, with one chosen. */
const choose = async ({ page, lives, enter, open }: Stage, given = file()): Promise<void> => {
  const parent = await lives.fresh();
  await enter(parent);
  await open(to.parentPhoto(parent.id));
  await page.locator('input[name=photo]').setInputFiles(await given);
};
const send = ({ page }: Stage) => page.locator('[data-chosen] [type=submit]').click();
/** Waits until the form shows that part of it. */
const shown = ({ page }: Stage, part: string) => page.locator(`[data-${part}]`).waitFor();

/** What the form tells when a sending stopped before it began. */
const cannotSend = async (stage: Stage, how: 'abort' | 'never'): Promise<void> => {
  await choose(stage);
  await stage.page.route('**/photo', (route) => (how === 'abort' ? route.abort('connectionreset') : undefined));
  stage.after(() => stage.page.unroute('**/photo'));
  await send(stage);
};

/** A megabyte also when the browser has made it smaller: a small photo leaves at once, however slow the network is. */
const largePicture = () => {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width: 1200, height: 1600, channels: 3, background: '#888', noise } })
    .jpeg({ quality: 95 })
    .toBuffer();
};

/** A phone on a network of so many kB a second. */
const slowNetwork = async ({ page, after }: Stage, kilobytes: number): Promise<void> => {
  const wire = await page.context().newCDPSession(page);
  const throughput = { downloadThroughput: -1, uploadThroughput: kilobytes * 1024 };
  await wire.send('Network.emulateNetworkConditions', { offline: false, latency: 0, ...throughput });
  after(() => wire.detach());
};

const photoForm: Record<string, Scene> = {
  'a photo is chosen': async (stage) => {
    await choose(stage);
    await shown(stage, 'chosen');
  },
  'the browser cannot show the photo': async (stage) => {
    await choose(stage, file('me.heic', 'image/heic', Buffer.from('a photo of a kind of its own')));
    await stage.page.locator('[data-preview] img').waitFor({ state: 'hidden' });
  },
  'what was chosen is no photo': async (stage) => {
    await choose(stage, file('me.pdf', 'application/pdf'));
    await shown(stage, 'error');
  },
  'the photo is too big': async (stage) => {
    await choose(stage, file('me.jpg', 'image/jpeg', Buffer.alloc(6 * 1024 * 1024)));
    await send(stage);
    await shown(stage, 'error');
  },
  'on its way': async (stage) => {
    await choose(stage, file('me.jpg', 'image/jpeg', await largePicture()));
    await slowNetwork(stage, 100);
    await send(stage);
    await stage.page.locator('progress[value]').waitFor();
    await shown(stage, 'cancel'); // it goes when all has arrived
  },
  'being checked': async (stage) => {
    await choose(stage);
    stage.holdDecodes('running');
    await send(stage);
    await stage.page.locator('[data-cancel]').waitFor({ state: 'hidden' });
  },
  stopped: async (stage) => {
    await cannotSend(stage, 'never');
    await stage.page.locator('[data-cancel]').click();
    await shown(stage, 'error');
  },
  'the network broke': async (stage) => {
    await cannotSend(stage, 'abort');
    await shown(stage, 'error');
  },
  'no network': async (stage) => {
    await choose(stage);
    await stage.page.context().setOffline(true);
    stage.after(() => stage.page.context().setOffline(false));
    await send(stage);
    await shown(stage, 'retry');
  },
  'too many at once: counting down': async (stage) => {
    await choose(stage);
    stage.holdDecodes('all');
    await send(stage);
    await shown(stage, 'retry');
  },
};

/** Chosen on another page that takes a photo. */
const chosenOn =
  (open: Scene): Scene =>
  async (stage) => {
    await open(stage);
    await stage.page.locator('input[name=photo]').setInputFiles(await file());
    await shown(stage, 'chosen');
  };

/** Pressed, and the answer takes its time. */
const pressed =
  (open: Scene, button: string): Scene =>
  async (stage) => {
    await open(stage);
    await stage.tamper(`document.addEventListener('submit', (event) => event.preventDefault())`); // behind ours
    await stage.page.locator(button).click();
    await stage.page.locator(`${button}[aria-disabled=true]`).waitFor();
  };

const withLanguagesOpen: Scene = async ({ page, open, lives }) => {
  await open(to.link((await lives.fresh()).uniqueId));
  await page.locator('details.lang summary').click();
};

const welcome: Scene = async ({ page, open, lives }) => {
  await open(to.link((await lives.fresh()).uniqueId));
  await page.locator('#consent').check();
};

const newParent: Scene = async ({ page, as, open }) => {
  await as('ruth');
  await open(paths.adminParentNew);
  await page.locator('[name=parent_name]').fill(parents.maria.name);
  await page.locator('[name=child_name]').fill(parents.maria.childName);
};

export const parentInPage: Record<string, Record<string, Scene>> = {
  'parent/welcome': {
    'the languages are open': withLanguagesOpen,
    'Start is pressed': pressed(welcome, 'main form[method=post] button'),
  },
  'parent/photo': photoForm,
  'parent/problem': {
    'another photo is chosen': chosenOn(async ({ lives, enter, open }) => {
      const parent = await lives.fresh();
      await enter(parent);
      await open(`${to.parentPhoto(parent.id)}?problem=too-small`);
    }),
  },
  'parent/checks': {
    'another photo is chosen': chosenOn(async ({ app, lives, enter, open }) => {
      const parent = await lives.advised();
      await enter(parent);
      const [photo] = await app.photos.listOfParent(parent.id);
      await open(to.parentChecks(parent.id, photo?.id ?? 0));
    }),
  },
  'parent/rejected': {
    'another photo is chosen': chosenOn(async ({ lives, enter, open }) => {
      const parent = await lives.rejected();
      await enter(parent);
      await open(to.parent(parent.id));
    }),
  },
};

export const officeInPage: Record<string, Record<string, Scene>> = {
  'admin/parent': {
    'the link is copied': async ({ page, lives, as, open }) => {
      const { id } = await lives.fresh();
      await as('ruth');
      await open(to.adminParent(id));
      await page.context().grantPermissions(['clipboard-write']);
      await page.locator('[data-copy]').click();
      await page.getByText('Copied').waitFor();
    },
  },
  'admin/parent-form': { 'Save is pressed': pressed(newParent, 'main form[method=post] button[data-busy]') },
  'admin/dashboard': {
    'the schools are open': async ({ page, as, open }) => {
      await as('ruth');
      await open(paths.adminParents);
      await page.locator('details.lang summary').click();
    },
  },
};
