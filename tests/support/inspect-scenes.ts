import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { viewsDir } from '../../src/http/app.ts';
import type { Language } from '../../src/platform/languages.ts';
import { type App, type Parts, startApp } from './app.ts';
import { type Depth, startBrowser } from './browser.ts';
import { openStage, type Played, type Scene } from './stage.ts';

type Show = {
  /** The folder of the views. */
  folder: 'parent' | 'admin';
  /** View -> state -> how to get there. */
  scenes: Record<string, Record<string, Scene>>;
  /** The same for what happens within a page, by its script: in English, and from right to left. */
  inPage: Record<string, Record<string, Scene>>;
  languages: readonly ['en', ...Language[]];
  prepare?: (app: App) => Promise<void>;
  parts?: Parts;
};

/** Makes a test of each scene; one service and one browser serve them all. Every page of the folder must be among them. */
export const inspectScenes = ({ folder, scenes, inPage, languages, prepare, parts = {} }: Show): void => {
  const [, ...others] = languages;
  const seen = new Set<string>();
  let app: App;
  let browser: Browser;
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    app = await startApp({ env: { TRUST_PROXY: 'loopback' }, parts });
    browser = await startBrowser();
    stage = await openStage(app, browser);
    await prepare?.(app);
  });
  afterAll(async () => {
    await stage.close();
    await browser.close();
    await app.stop();
  });

  const expectSound = (view: string, played: Played): void => {
    expect(played).toEqual({ view, faults: [] });
    seen.add(view);
  };

  describe.each(Object.entries(scenes))('%s', (view, states) => {
    test.each(Object.entries(states))('%s', async (state, scene) => {
      expectSound(view, await stage.play(`${view}: ${state}`, scene, depthOf(states, state), others));
    });
  });

  describe.each(Object.entries(inPage))('%s, by its script', (view, states) => {
    describe.each(Object.entries(states))('%s', (state, scene) => {
      test.each(languages.filter((language) => language !== 'es'))('%s', async (language) => {
        expectSound(view, await stage.playInPage(`${view}: ${state}`, scene, depthOf(states, state), language));
      });
    });
  });

  test('no page was forgotten', () => {
    const files = readdirSync(join(viewsDir, folder)).map((file) => `${folder}/${file.replace(/\.ejs$/, '')}`);
    expect([...seen].sort()).toEqual(files.sort());
  });

  test('no page broke the content security policy', () => {
    expect(stage.reports).toEqual([]);
  });
};

const depthOf = (states: Record<string, Scene>, state: string): Depth =>
  state === Object.keys(states)[0] ? 'whole' : 'further';
