import { chownSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addSenders } from '../support/office.ts';
import { scene } from '../support/pictures.ts';
import { type Home, makeHome } from '../support/service.ts';
import { sendPhoto } from '../support/sender.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** Whoever runs the tests is an ordinary user already, unless that is root. */
const asUser = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

let home: Home;
beforeEach(() => {
  home = makeHome();
  if (isRoot) chownSync(home.dir, NOBODY, NOBODY);
});
afterEach(() => home.remove());

test('an ordinary user runs the whole service: a photo goes in, everything belongs to them, a restart keeps it', async () => {
  const service = await home.start(asUser);
  const [maria] = await addSenders(service.url, 1);
  if (!maria) throw new Error('no sender');
  expect((await sendPhoto(maria, await scene(900, 1200).jpeg().toBuffer())).status).toBe(303);
  const owner = isRoot ? NOBODY : process.getuid?.();
  for (const path of [home.dataDir, home.uploadsDir, `/proc/${service.pid}`, `/proc/${home.postmaster()}`]) {
    expect(statSync(path).uid, path).toBe(owner);
  }
  expect(await service.end('SIGINT')).toEqual({ code: 0, signal: null });
  const again = await home.start(asUser);
  const own = await fetch(`${again.url}/onboarding/p/${maria.parentId}`, { headers: { cookie: maria.cookie } });
  expect(own.status).toBe(200);
});

test.runIf(isRoot)('a folder that the user may not write to: one sentence, exit code 1', async () => {
  chownSync(home.dir, 0, 0);
  const service = home.spawn(asUser);
  expect(await service.exited).toEqual({ code: 1, signal: null });
  expect(service.stderr()).toMatch(/^[^\n]+$/);
  expect(service.stderr()).toMatch(/DATA_DIR|folder/);
});
