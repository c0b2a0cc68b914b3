import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StorageKey } from '../../src/photos/photo-keys.ts';
import { wire } from '../../src/wiring.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';
import { type Portraits, portraitsOf } from '../support/portraits.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

let s3: TestS3;
let app: App;
let of: Portraits;
let env: Record<string, string>;
beforeAll(async () => {
  s3 = await startS3();
});
beforeEach(async () => {
  env = { ...s3.env, S3_PREFIX: `${crypto.randomUUID()}/` };
  app = await startApp({ env: { ...env, STORAGE: 'mirror' } });
  of = portraitsOf(app);
});
afterEach(() => app.stop());
afterAll(() => s3.stop());

const never = new AbortController().signal;
const backUp = (photoId: number) => app.backupPhoto.backUp(photoId, { signal: never });
const copiesOf = async (filename: string) => (await s3.keys()).filter((key) => key.includes(filename));
const WHOLE = ['.jpg', '.portrait-1.jpg', '.thumb.jpg'];

test('a bucket that is empty when it is claimed has no copy of anything: everything is copied again', async () => {
  const photos = [await of.send(), await of.send(await addParent(app))];
  await backUp(photos[0]?.id ?? 0);
  expect(await app.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 2, waiting: 0 });
  const moved = await wire({ config: { ...app.config, S3_PREFIX: `${crypto.randomUUID()}/` }, logger: app.logger });
  await moved.claimUploads();
  expect(await moved.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 0, waiting: 2 });
  await moved.backupPhoto.backUp(photos[0]?.id ?? 0, { signal: never });
  expect(await moved.backupPhoto.mirrorBacklog()).toMatchObject({ copied: 2, waiting: 0 });
  for (const { filename } of photos) expect(await copiesOf(filename)).toHaveLength(2 * WHOLE.length);
  await moved.stop();
});

test('a start that forgets the bucket says that copies stay there', async () => {
  const photo = await of.send();
  const warnings = () => app.logs.filter((line) => line.includes('S3_BUCKET is not set'));
  const config = { ...app.config, STORAGE: 'local' as const, S3_BUCKET: undefined };
  const forgetful = await wire({ config, logger: app.logger });
  await forgetful.claimUploads();
  expect(warnings()).toHaveLength(0);
  await backUp(photo.id);
  await forgetful.claimUploads();
  expect(warnings()).toHaveLength(1);
  await forgetful.stop();
});

test('with STORAGE=local an empty UPLOADS_DIR is taken only while the bucket has the photos', async () => {
  const photos = [await of.send(), await of.send(await addParent(app))];
  await backUp(photos[0]?.id ?? 0);
  const start = () => startApp({ env: { ...env, STORAGE: 'local' }, database: app.database });
  await (await start()).stop();
  await app.files.bucket?.remove(photos[1]?.filename as StorageKey, ['full']);
  await expect(start().then(() => 'it started')).rejects.toThrow('UPLOADS_DIR is empty');
});
