// A browser in front of the service, on which scenes are played and inspected: one page in one of its states each.
import { availableParallelism } from 'node:os';
import type { Browser, BrowserContext, Page, Response } from 'playwright-core';
import type { Parent } from '../../src/parents/parent.ts';
import { to } from '../../src/http/paths.ts';
import { openDb, type Db } from '../../src/platform/db.ts';
import type { Language } from '../../src/platform/languages.ts';
import type { App } from './app.ts';
import { type Depth, inspect, openContext, viewsIn, viewsWithoutScript } from './browser.ts';
import { csrfOn } from './actors.ts';
import { addStaff, PASSWORD, type Person, people } from './cast.ts';
import { type Lives, makeLives } from './lives.ts';
import { makeVisitor } from './visitor.ts';

/** What leads to the page, whoever is in front of it. */
export type Scene = (stage: Stage) => Promise<unknown>;

/** For each view the states that a person can meet it in, by name. A view without any does not compile. */
export type Scenes<Views> = Record<keyof Views, Record<string, Scene>>;

export type Stage = {
  app: App;
  lives: Lives;
  page: Page;
  open: (path: string) => Promise<unknown>;
  /** Presses the button of a form in the page and waits for the page behind it. */
  submit: (button: string) => Promise<unknown>;
  /** Lets the browser act for the parent, by 'Start' or 'Show my photo' at the link; opens no page. */
  enter: (parent: Parent) => Promise<unknown>;
  /** Lets the browser act for somebody of the office, who has signed in; opens no page. */
  as: (person: Person) => Promise<unknown>;
  /** Changes the page as somebody with the tools of the browser can. */
  tamper: (script: string) => Promise<unknown>;
  /** What is to be done when the scene is over. */
  after: (undo: () => unknown) => void;
  /** The database as its owner, for faults that the service itself cannot make. */
  owner: Db;
  /** Keeps the photos that come now waiting until the scene is over; `all`: not even a place to wait is left. */
  holdDecodes: (places: 'running' | 'all') => void;
};

/** What was shown, and everything that is wrong with it. */
export type Played = { view: string; faults: string[] };

/** A stage for one file of tests, in a service without staff. `close` ends it, not the browser or the app. */
export const openStage = async (app: App, browser: Browser) => {
  const { context, complaints, reports } = await openContext(browser);
  const page = await context.newPage();
  let answer: Response | undefined;
  page.on('response', (one) => {
    if (one.request().isNavigationRequest() && one.status() !== 303) answer = one;
  });
  const { stage, clear } = await buildStage(app, context, page);

  const speak = (language: Language) => context.addCookies([{ name: 'lang', value: language, url: app.url }]);

  /** What was posted is posted again. */
  const reload = async (name: string): Promise<string[]> => {
    const shown = () => `${answer?.status()} ${app.lastView()}`;
    const before = shown();
    await page.reload();
    return before === shown() ? [] : [`${name}: ${before} became ${shown()}`];
  };

  /** The page once more as it is where its script never comes, if that is another one. */
  const inspectWithoutScript = async (name: string, served: string, depth: Depth): Promise<string[]> => {
    if (await page.evaluate(isAsServed(served))) return [];
    // Chromium runs no axe where scripting is off: the script is there and empty.
    await page.route('**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    const faults = await reload(name);
    await page.unroute('**/*.js');
    if (await page.evaluate(HAS_SCRIPT)) faults.push(`${name}: the script runs nevertheless`);
    return [...faults, ...(await inspect(page, name, viewsWithoutScript(depth)))];
  };

  const settle = (view: string, faults: string[]): Played => ({ view, faults: [...faults, ...complaints.splice(0)] });

  return {
    /** The CSP reports of everything that was played. */
    reports,
    /** Plays a scene and looks at it with script, without it, and in the other languages. */
    play: async (name: string, scene: Scene, depth: Depth, others: readonly Language[]): Promise<Played> => {
      try {
        await scene(stage);
        const view = app.lastView();
        const served = (await answer?.text()) ?? '';
        const faults = (await page.evaluate(HAS_SCRIPT)) ? [] : [`${name}: the script does not run`];
        faults.push(...(await inspect(page, name, viewsIn('en', depth))));
        faults.push(...(await inspectWithoutScript(`${name} (no script)`, served, depth)));
        for (const language of others) {
          await speak(language);
          faults.push(...(await reload(`${name} (${language})`)));
          faults.push(...(await inspect(page, `${name} (${language})`, viewsIn(language, depth))));
        }
        return settle(view, faults);
      } finally {
        await clear();
      }
    },
    /** Plays a scene that happens within the page, by its script: a reload would lose it. */
    playInPage: async (name: string, scene: Scene, depth: Depth, language: Language): Promise<Played> => {
      try {
        if (language !== 'en') await speak(language);
        await scene(stage);
        const view = app.lastView();
        return settle(view, await inspect(page, `${name} (${language})`, viewsIn(language, depth)));
      } finally {
        await clear();
      }
    },
    close: async () => {
      await context.close();
      await stage.owner.destroy();
    },
  };
};

/** The script says so to the styles. */
const HAS_SCRIPT = `document.documentElement.classList.contains('js')`;

/** Whether the script has changed nothing, and nothing is shown to those alone who have it or have it not. */
const isAsServed = (html: string): string => `(() => {
  const served = new DOMParser().parseFromString(${JSON.stringify(html)}, 'text/html').documentElement;
  const live = document.documentElement.cloneNode(true);
  live.removeAttribute('class');
  for (const more of live.querySelectorAll('details.more')) more.open = false; // unfolded to be inspected
  return !served.querySelector('.js-only, .nojs-only') && served.outerHTML === live.outerHTML;
})()`;

/** What scenes are played with; `clear` makes the stage as it was. */
const buildStage = async (app: App, context: BrowserContext, page: Page) => {
  const undoing: (() => unknown)[] = [];
  const sessions = new Map<Person, Map<string, string>>();
  const keep = (cookies: Map<string, string>) =>
    context.addCookies([...cookies].map(([name, value]) => ({ name, value, url: app.url })));
  const stage: Stage = {
    app,
    page,
    lives: makeLives(app, { kind: 'staff', staffId: await addStaff(app, 'ruth') }),
    owner: openDb({ url: app.ownerUrl, max: 1 }),
    open: (path) => page.goto(app.url + path),
    submit: async (button) => {
      await page.evaluate(`document.querySelector('main').dataset.before = 'yes'`);
      await page.locator(`main ${button}`).first().click();
      await page.locator('main:not([data-before])').waitFor(); // the review goes on without loading a page
      await page.waitForLoadState();
    },
    enter: async ({ uniqueId }) => {
      const visitor = makeVisitor(app.url);
      const _csrf = csrfOn(await visitor.open(to.link(uniqueId)));
      await visitor.post(to.link(uniqueId), new URLSearchParams({ _csrf, consent: 'v1' }));
      await keep(visitor.cookies);
    },
    as: async (person) => {
      const cookies = sessions.get(person) ?? (await signIn(app, person));
      sessions.set(person, cookies);
      await keep(cookies);
    },
    tamper: (script) => page.evaluate(script),
    after: (undo) => void undoing.push(undo),
    holdDecodes: (places) => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const areHeld = (n: number) => (places === 'all' ? app.decodes.isFull() : n === availableParallelism());
      for (let n = 0; !areHeld(n); n += 1) void app.decodes.run(() => held);
      stage.after(release);
    },
  };
  const clear = async () => {
    // Left first: a page goes on where it was kept waiting, and its late pictures would ask without the cookies and be
    // answered with others.
    await page.goto('about:blank');
    for (const undo of undoing.splice(0).reverse()) await undo();
    await context.clearCookies();
  };
  return { stage, clear };
};

const signIn = async (app: App, person: Person): Promise<Map<string, string>> => {
  const visitor = makeVisitor(app.url);
  const fields = { email: people[person].email, password: PASSWORD };
  await visitor.submit(await visitor.open('/admin/sign-in'), 'Sign in', fields);
  return visitor.cookies;
};
