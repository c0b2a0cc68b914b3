import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeManifest } from '../../src/backups/backup-manifest.ts';
import { nameIn } from '../../src/backups/backup-names.ts';
import { readSealed } from '../../src/backups/backup-objects.ts';
import { PG_DUMP_PART } from '../../src/backups/dump-database.ts';
import { migrate, openDb } from '../../src/platform/db.ts';
import { findPostgresPrograms, restoreDatabase } from '../../src/platform/postgres-programs.ts';
import { type App, startApp } from '../support/app.ts';
import { givePhoto } from '../support/actors.ts';
import { BACKUP_ENV, contentOf, emptyMachine, makeBackup, placeOf } from '../support/backups.ts';
import { addParent, addStaff } from '../support/cast.ts';
import { type ExternalPostgres, startExternalPostgres } from '../support/external-postgres.ts';
import { makeLives } from '../support/lives.ts';
import { type Home, makeHome } from '../support/service.ts';

let postgres: ExternalPostgres;
let app: App;
let home: Home;
const elsewhere = async () => {
  const { url, ownerUrl } = await postgres.database();
  return { database: { url, ownerUrl }, env: { DATABASE_SSL_CA: postgres.ca } };
};
beforeAll(async () => {
  postgres = await startExternalPostgres();
  const { database, env } = await elsewhere();
  const { url, ownerUrl } = database;
  home = makeHome(); // the scratch database's user must get there
  app = await startApp({
    env: { DATA_DIR: home.dataDir, ...BACKUP_ENV, ...env, DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl },
  });
  const lives = makeLives(app, { kind: 'staff', staffId: await addStaff(app, 'ruth') });
  for (const life of ['fresh', 'approved', 'replacing', 'declined', 'rejected'] as const) await lives[life]();
  await app.db.transaction((trx) => app.queue.enqueue(trx, 'photo-check', { photoId: 4711 }));
});
afterAll(async () => {
  await app.stop();
  await home.remove();
  await postgres.stop();
});
const ownerUrlOf = (one: App): string => one.config.MIGRATION_DATABASE_URL ?? '';

describe('R66: with a PostgreSQL 15 of one’s own', () => {
  test('pg_dump makes the dump, and it is restored there and in the embedded 18 to the same rows', async () => {
    expect(await findPostgresPrograms(15)).toMatchObject({ major: 15 });
    const content = await contentOf(ownerUrlOf(app), postgres.ca);
    const { manifest, warning } = await makeBackup(app);
    const { as, by } = manifest.database;
    expect({ as, by, warning, major: manifest.postgres }).toEqual({
      ...{ as: 'pg_dump', by: 15 },
      warning: null,
      major: 15,
    });
    const { database, env } = await elsewhere();
    for (const machine of [await emptyMachine(database, env), await emptyMachine()]) {
      expect(await machine.restore(placeOf(app))).toMatchObject({ ok: true });
      const { url, ownerUrl } = machine.database;
      const sslCa = machine.config.DATABASE_SSL_CA;
      expect(await contentOf(ownerUrl, sslCa)).toEqual(content);
      const there = await startApp({
        env: {
          ...{ DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl, UPLOADS_DIR: machine.uploadsDir },
          ...(sslCa === undefined ? {} : { DATABASE_SSL_CA: sslCa }),
        },
      });
      expect(await there.checkIntegrity({ repair: false })).toMatchObject({ orphanFiles: 0, rowsWithoutFile: 0 });
      await givePhoto(there, await addParent(there, 'amina'));
      await expect(there.db('events').delete()).rejects.toMatchObject({ code: '42501' });
      expect(await there.queue.count()).toMatchObject({ 'photo-check': { waiting: 1 } });
      await there.stop();
      const changed = await contentOf(ownerUrl, sslCa);
      expect(await machine.restore(placeOf(app))).toMatchObject({ ok: false });
      expect(await contentOf(ownerUrl, sslCa)).toEqual(changed);
      expect(await machine.restore(placeOf(app), { overwrite: true })).toMatchObject({ ok: true });
      expect(await contentOf(ownerUrl, sslCa)).toEqual(content);
      machine.remove();
    }
  });

  test('a dump whose rows are not what was counted is rolled back, and so is one that breaks off', async () => {
    const { manifest } = await makeBackup(app);
    const place = placeOf(app);
    const { database, env } = await elsewhere();
    const machine = await emptyMachine(database, env);
    const tables = manifest.database.tables.map((table) => (table.name === 'events' ? { ...table, sum: '1' } : table));
    await writeManifest(place, { ...manifest, database: { ...manifest.database, tables } });
    await expect(machine.restore(place)).rejects.toThrow('psql ended with 3');
    expect(await contentOf(database.ownerUrl, postgres.ca)).toEqual({});
    const programs = await findPostgresPrograms(15);
    if (!programs) throw new Error('no programs');
    const dump = Readable.from([Buffer.from('PGDMP and nothing more')]);
    const to = { url: database.ownerUrl, sslCa: postgres.ca };
    await expect(restoreDatabase(programs, to, { dump, tables: [] })).rejects.toThrow('pg_restore ended with 1');
    expect(await contentOf(database.ownerUrl, postgres.ca)).toEqual({});
    await writeManifest(place, manifest);
    const whole = await readSealed(place, nameIn(manifest.id, PG_DUMP_PART));
    await restoreDatabase(programs, to, { dump: whole, tables: manifest.database.tables }); // and then it is killed
    const owner = openDb({ ...to, max: 3 });
    await expect(migrate(owner, { appRole: 'app' })).rejects.toThrow('was not finished');
    await owner.destroy();
    expect(await machine.restore(place)).toMatchObject({ ok: true });
    expect(await contentOf(database.ownerUrl, postgres.ca)).toEqual(await contentOf(ownerUrlOf(app), postgres.ca));
    machine.remove();
  });

  test('a backup of the embedded 18 is restored there, and a pg_dump one is rehearsed in a scratch place', async () => {
    const here = await startApp({ env: BACKUP_ENV });
    await givePhoto(here, await addParent(here));
    const content = await contentOf(here.ownerUrl);
    await makeBackup(here);
    const { database, env } = await elsewhere();
    const machine = await emptyMachine(database, env);
    expect(await machine.restore(placeOf(here))).toMatchObject({ ok: true });
    expect(await contentOf(database.ownerUrl, postgres.ca)).toEqual(content);
    await here.stop();
    machine.remove();
    expect(await app.backups.rehearse()).toMatchObject({ ok: true, value: { files: 12 } });
  });
});
