import { afterAll, beforeAll, expect, test } from 'vitest';
import { givePhoto } from '../support/actors.ts';
import { type App, startApp } from '../support/app.ts';
import { addParent } from '../support/cast.ts';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

test('the database itself holds what a decision may be', async () => {
  const maria = await addParent(app);
  const photoId = await givePhoto(app, maria);
  const decided = { school_id: maria.schoolId, photo_id: photoId, decided_at: new Date() };
  const insert = (more: object) => app.db('decisions').insert({ ...decided, ...more });
  const approval = { decision: 'approved', decided_from: 'pending' };
  await insert(approval);
  await expect(insert(approval), 'approved twice').rejects.toMatchObject({ constraint: 'decisions_in_force' });
  await expect(insert({ decision: 'approved', decided_from: 'approved' })).rejects.toMatchObject({
    constraint: 'decisions_approve_what_waits',
  });
  await expect(insert({ decision: 'rejected', decided_from: 'pending', replaced_id: photoId })).rejects.toMatchObject({
    constraint: 'decisions_replace_by_approval',
  });
});
