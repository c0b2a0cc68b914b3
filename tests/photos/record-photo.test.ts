import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { StorageKey } from '../../src/photos/photo-keys.ts';
import { type App, startApp } from '../support/app.ts';
import { scene } from '../support/pictures.ts';
import { addSender, sendPhoto } from '../support/sender.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
afterEach(() => void vi.restoreAllMocks());

const THREE = ['full', 'portrait-1', 'thumb'];
const filesOf = async (key: StorageKey) => (await app.files.filesOf(key)).sort();

test('R58: a photo is not swept between its rename and its commit', async () => {
  const sender = await addSender(app);
  const [kept, go] = [Promise.withResolvers<StorageKey>(), Promise.withResolvers<undefined>()];
  const { keep } = app.files;
  vi.spyOn(app.files, 'keep').mockImplementation(async (staged, key) => {
    await keep(staged, key);
    kept.resolve(key);
    await go.promise;
  });
  const sending = sendPhoto(sender, await scene(300, 400).jpeg().toBuffer());
  const key = await Promise.race([kept.promise, sending.then(({ status }) => Promise.reject(new Error(`${status}`)))]);
  const sweeping = app.sweepPhotos.walk({ remove: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const meanwhile = await filesOf(key);
  go.resolve(undefined);
  expect(meanwhile).toEqual(THREE);
  expect((await sending).status).toBe(303);
  await sweeping;
  expect(await filesOf(key)).toEqual(THREE);
});
