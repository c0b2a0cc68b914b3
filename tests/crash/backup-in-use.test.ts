import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb } from '../../src/platform/db.ts';
import { type App, startApp } from '../support/app.ts';
import { BACKUP_ENV, contentOf, emptyMachine, makeBackup, placeOf } from '../support/backups.ts';
import { addParent } from '../support/cast.ts';
import { type ExternalPostgres, startExternalPostgres } from '../support/external-postgres.ts';

let postgres: ExternalPostgres;
let app: App;
beforeAll(async () => {
  postgres = await startExternalPostgres();
  app = await startApp({ env: BACKUP_ENV });
  await addParent(app);
  await makeBackup(app);
});
afterAll(async () => {
  await app.stop();
  await postgres.stop();
});

test('a plain owner, who may not see what others do, still sees that the app’s role is connected', async () => {
  const { url, ownerUrl } = await postgres.database();
  const machine = await emptyMachine({ url, ownerUrl }, { DATABASE_SSL_CA: postgres.ca });
  const other = openDb({ url, sslCa: postgres.ca, max: 1 });
  await other.raw('select 1');
  expect(await machine.restore(placeOf(app))).toEqual({ ok: false, reason: 'in-use' });
  expect(await contentOf(ownerUrl, postgres.ca)).toEqual({});
  await other.destroy();
  expect(await machine.restore(placeOf(app))).toMatchObject({ ok: true });
  machine.remove();
});
