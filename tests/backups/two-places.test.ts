import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, backupsDir, makeBackup } from '../support/backups.ts';
import { addParent } from '../support/cast.ts';
import { startS3, type TestS3 } from '../support/s3.ts';

let s3: TestS3;
let app: App;
beforeEach(async () => {
  s3 = await startS3();
  app = await startApp({ env: { ...BACKUP_ENV, BACKUP_S3_BUCKET: s3.bucket, S3_ENDPOINT: s3.endpoint } });
  await givePhoto(app, await addParent(app));
});
afterEach(async () => {
  await app.stop();
  await s3.stop();
});

const PREFIX = 'onboarding/backups/';
const copyHere = (file: string) => {
  const names = readdirSync(backupsDir(app), { recursive: true }).map(String);
  const name = names.find((one) => one.startsWith('photos/') && one.includes(`.${file}.`)) ?? '';
  return { name, path: join(backupsDir(app), name) };
};
const setsThere = async () => (await s3.keys()).filter((key) => key.endsWith('manifest.sealed'));

describe('the copy of the backups in S3', () => {
  test('is looked at, too: what is altered there is named, turns the state red, and is copied again', async () => {
    await makeBackup(app);
    const { name } = copyHere('full');
    await s3.plant(
      PREFIX + name,
      'x'.repeat((await s3.objects()).find(({ key }) => key === PREFIX + name)?.bytes ?? 0),
    );
    const checked = await app.backups.verify();
    expect(checked).toMatchObject({
      value: { faults: 1, faulty: [`S3: ${name}`], detail: { faults: 1, faults_s3: 1 } },
    });
    expect(await app.backups.state()).toMatchObject({ isRed: true });
    await makeBackup(app);
    expect(await app.backups.verify()).toMatchObject({ value: { faults: 0, detail: { faults_s3: 0 } } });
  });

  test('a good copy there is not replaced by one that was cut off here, and a backup that lacks one here is none there', async () => {
    const { manifest } = await makeBackup(app);
    const { name, path } = copyHere('full');
    const there = async () => (await s3.objects()).find(({ key }) => key === PREFIX + name)?.bytes;
    const whole = await there();
    await s3.client.send(
      new DeleteObjectCommand({ Bucket: s3.bucket, Key: `${PREFIX}sets/${manifest.id}/manifest.sealed` }),
    );
    truncateSync(path, 300);
    rmSync(copyHere('thumb').path);
    for (const file of readdirSync(join(app.uploadsDir, 'photos'), { recursive: true }).map(String))
      if (file.endsWith('.jpg')) rmSync(join(app.uploadsDir, 'photos', file));
    const made = await makeBackup(app);
    expect(made.notCopied.faulty).toContain(name);
    expect(await there()).toBe(whole);
    expect((await setsThere()).some((key) => key.includes(manifest.id))).toBe(false);
  });
});
