// Each step of an upload fails once, the first, the second, ... until an upload has no such step.
import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findUpload } from '../../src/photos/find-upload.ts';
import { type App, startApp } from '../support/app.ts';
import { makeFaultyDatabase } from '../support/faulty-database.ts';
import { makeFaultyDisk, type Moment } from '../support/faulty-disk.ts';
import { makeNearDecoder } from '../support/near-decoder.ts';
import { scene } from '../support/pictures.ts';
import { addSender, type Sender, sendPhoto } from '../support/sender.ts';
import { expectPage, storedIn } from '../support/stored.ts';

let app: App;
let maria: Sender;
let photo: Buffer;
beforeAll(async () => {
  photo = await scene(600, 800).jpeg().toBuffer();
});
beforeEach(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' }, decoder: makeNearDecoder() });
  maria = await addSender(app);
});
afterEach(() => app.stop());

type Fault = { failAt: (at: number) => void; heal: () => string | undefined };

/** A photo of its own, in bytes of its own. */
const another = () => {
  const uploadId = randomUUID();
  return { uploadId, bytes: Buffer.concat([photo, Buffer.from(uploadId)]) };
};

const send = ({ uploadId, bytes }: ReturnType<typeof another>) => sendPhoto(maria, bytes, { uploadId });

const rowOf = async ({ uploadId, bytes }: ReturnType<typeof another>) => {
  const sourceSha256 = createHash('sha256').update(bytes).digest('hex');
  return findUpload(app.db, { parentId: maria.parentId, uploadId, sourceSha256 });
};

/** Nothing half-done is there once the housekeeping had its turn. */
const expectSound = async (met: string): Promise<void> => {
  await app.sweepPhotos.sweepUnsettled();
  const { orphanFiles, rowsWithoutFile, checksumMismatches } = await app.checkIntegrity({ repair: false });
  expect({ met, orphanFiles, rowsWithoutFile, checksumMismatches }).toEqual({
    met,
    orphanFiles: 0,
    rowsWithoutFile: 0,
    checksumMismatches: 0,
  });
};

/** A temporary file that cannot be removed stays until the process ends; all others are gone with the answer. */
const expectNoTemporary = () =>
  expect.poll(async () => (await storedIn(app)).files.filter((name) => name.endsWith('.part'))).toEqual([]);

/** Sends a photo for each step that can fail; gives the steps that did. */
const failEachStep = async ({ failAt, heal }: Fault, statuses: readonly number[]) => {
  const met: string[] = [];
  for (let at = 1; ; at += 1) {
    const upload = another();
    failAt(at);
    const answer = await send(upload);
    const step = heal();
    if (step === undefined) return met;
    met.push(step);
    expect([303, ...statuses], `${at}: ${step}`).toContain(answer.status);
    if (answer.status === 303) expect(await rowOf(upload), `${at}: ${step}`).toBeDefined();
    else expectPage(answer, answer.status);
    await expectSound(`${at}: ${step}`);
    if (!/^(rm|unlink)$/.test(step)) await expectNoTemporary();
    const again = await send(upload);
    expect(again.status, `${at}: ${step}, sent again: ${again.body.slice(0, 500)}`).toBe(303);
    expect(await app.db('photos').where({ upload_id: upload.uploadId }).select('id')).toHaveLength(1);
  }
};

describe.each<[Moment, string, number]>([
  ['before', 'ENOSPC', 503],
  ['after', 'EIO', 500],
])('the disk fails %s the step', (moment, code, status) => {
  test(`R59: ${code} at the 1st, 2nd, ... step: an answer in words, nothing half-done, and the same photo is taken afterwards`, async () => {
    const disk = makeFaultyDisk(app.uploadsDir);
    try {
      const fault = { failAt: (at: number) => disk.failAt(at, moment, code), heal: disk.heal };
      const met = await failEachStep(fault, [status]);
      expect(met).toEqual(
        expect.arrayContaining(['open', 'writev', 'writeFile', 'sync', 'rename', 'close', 'openSync', 'closeSync']),
      );
      expect(met.filter((step) => step === 'writeFile')).toHaveLength(3); // the pictures, by the decoder
      expect(met.length).toBeGreaterThan(15);
    } finally {
      disk.restore();
    }
  });
});

describe.each<Moment>(['before', 'after'])('the connection breaks %s the answer of a statement', (moment) => {
  test('R59: at the 1st, 2nd, ... statement: an answer in words, nothing half-done, and the same photo is taken afterwards', async () => {
    const database = makeFaultyDatabase();
    try {
      const fault = { failAt: (at: number) => database.failAt(at, moment), heal: database.heal };
      const met = await failEachStep(fault, [503]);
      expect(met.map((text) => text.slice(0, 20))).toEqual(expect.arrayContaining(['BEGIN;', 'COMMIT;']));
      expect(met.filter((text) => /insert into (photos|events) /.test(text))).toHaveLength(3);
    } finally {
      database.restore();
    }
  });
});
