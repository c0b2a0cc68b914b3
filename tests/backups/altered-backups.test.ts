import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BackupId } from '../../src/backups/backup-names.ts';
import { BackupOfNewer, readManifest, writeManifest } from '../../src/backups/backup-manifest.ts';
import { verifyBackup } from '../../src/backups/verify-backup.ts';
import { makeLocalObjectStore } from '../../src/platform/object-store-local.ts';
import { type App, startApp } from '../support/app.ts';
import { BACKUP_ENV, BACKUP_KEY, backupsDir, contentOf, emptyMachine, makeBackup } from '../support/backups.ts';
import { givePhoto } from '../support/actors.ts';
import { addParent } from '../support/cast.ts';

let app: App;
let id: BackupId;
let folder: string;
beforeAll(async () => {
  app = await startApp({ env: BACKUP_ENV });
  await givePhoto(app, await addParent(app));
  await givePhoto(app, await addParent(app, 'kwame'));
  ({
    manifest: { id },
  } = await makeBackup(app));
  folder = mkdtempSync(join(tmpdir(), 'pos-altered-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await app.stop();
});

/** A copy of the backups whose files a test may spoil. */
const copied = (name: string) => {
  const dir = join(folder, name);
  cpSync(backupsDir(app), dir, { recursive: true });
  const files = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return { place: { store: makeLocalObjectStore(dir), key: BACKUP_KEY }, dir, files };
};

const flip = (path: string, at: number) => {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  writeFileSync(path, bytes);
};

const progress = { tell: () => undefined, signal: new AbortController().signal };

describe('R66: a backup that is not what was saved', () => {
  test('a flipped bit in any of its files is found, and the file is named', async () => {
    const { place, dir, files } = copied('flipped');
    expect(files.length).toBeGreaterThan(25);
    expect(await verifyBackup(place, id, progress)).toMatchObject({ files: files.length - 1, faults: 0 });
    for (const path of files) {
      const size = readFileSync(path).length;
      const at = (size * 7) % size || size - 1;
      for (const where of [at, Math.floor(size / 2)]) {
        flip(path, where);
        const found = await verifyBackup(place, id, progress).catch((error: unknown) => error);
        flip(path, where);
        const name = path.endsWith('manifest.sealed') ? 'manifest' : path.slice(dir.length + 1);
        expect(found, name).toMatchObject({ faults: 1, faulty: [name] });
      }
    }
  });

  test('one that is cut off, missing, or in the place of another is found', async () => {
    const { place, files } = copied('cut');
    const [photo = '', other = ''] = files.filter((path) => path.includes('.full.'));
    for (const path of files.filter((one) => !one.endsWith('manifest.sealed'))) {
      const whole = readFileSync(path);
      truncateSync(path, whole.length - 1);
      expect((await verifyBackup(place, id, progress)).faults, path).toBe(1);
      rmSync(path);
      expect((await verifyBackup(place, id, progress)).faults, path).toBe(1);
      writeFileSync(path, whole);
    }
    renameSync(photo, `${photo}.x`);
    renameSync(other, photo);
    renameSync(`${photo}.x`, other);
    expect((await verifyBackup(place, id, progress)).faults).toBe(2);
  });

  test('is refused before anything is touched: cut off, altered, without its manifest, of another key, or not there', async () => {
    const machine = await emptyMachine();
    const before = await contentOf(machine.database.ownerUrl);
    const { place, files } = copied('refused');
    const refused = (reason: string) => ({ ok: false, reason });
    const spoiled = async (ending: string, spoil: (path: string) => void) => {
      const path = files.find((one) => one.includes(ending)) ?? '';
      const whole = readFileSync(path);
      spoil(path);
      const answer = await machine.restore(place, { overwrite: true });
      writeFileSync(path, whole);
      return answer;
    };
    const cut = (path: string) => truncateSync(path, 100);
    for (const ending of ['database/parents.sealed', '/photos.sealed', '.thumb.', 'manifest.sealed', 'jobs.sealed']) {
      expect(await spoiled(ending, cut), ending).toEqual(refused('altered'));
      expect(await spoiled(ending, (path) => flip(path, 60)), ending).toEqual(refused('altered'));
    }
    expect(await spoiled('manifest.sealed', (path) => rmSync(path))).toEqual(refused('no-backup'));
    const wrongKey = { ...place, key: Buffer.alloc(32, 8) };
    expect(await machine.restore(wrongKey)).toEqual(refused('other-key'));
    expect(await machine.restore(place, { id: '20200101T000000Z-00000000' as BackupId })).toEqual(refused('no-backup'));
    expect(existsSync(machine.uploadsDir)).toBe(false);
    expect(await contentOf(machine.database.ownerUrl)).toEqual(before);
    expect(await machine.restore(place)).toMatchObject({ ok: true }); // the same, unspoiled
    machine.remove();
  });

  test('one of a newer program is refused, and rows that are loaded and are not what was counted are rolled back', async () => {
    const machine = await emptyMachine();
    const { place } = copied('other-manifests');
    const manifest = await readManifest(place, id);
    const migrations = [...manifest.migrations, '20991231000000_future__create.ts'];
    await writeManifest(place, { ...manifest, migrations });
    expect(await machine.restore(place)).toEqual({ ok: false, reason: 'newer' });
    await writeManifest(place, { ...manifest, format: (manifest.format + 1) as typeof manifest.format });
    expect(await machine.restore(place)).toEqual({ ok: false, reason: 'newer' });
    await expect(verifyBackup(place, id, progress)).rejects.toThrow(BackupOfNewer);
    const { database } = manifest;
    for (const change of [{ sum: '1' }, { rows: 77 }]) {
      const tables = database.tables.map((table) => (table.name === 'parents' ? { ...table, ...change } : table));
      await writeManifest(place, { ...manifest, database: { ...database, tables } });
      await expect(machine.restore(place)).rejects.toThrow('the table parents differs');
    }
    expect(await contentOf(machine.database.ownerUrl)).toEqual({});
    await writeManifest(place, manifest);
    expect(await machine.restore(place)).toMatchObject({ ok: true }); // goes on with the photos that are there
    machine.remove();
  });

  test('the nightly look counts what it finds and turns the state red; the next backup copies the photo again', async () => {
    const [photo = ''] = readdirSync(backupsDir(app), { recursive: true })
      .map(String)
      .filter((name) => name.includes('.full.'));
    const path = join(backupsDir(app), photo);
    flip(path, 500);
    const spoiled = readFileSync(path);
    const checked = await app.backups.verify();
    expect(checked).toMatchObject({ ok: true, value: { id, faults: 1, faulty: [photo] } });
    expect(await app.backups.state()).toMatchObject({ isRed: true, verified: { detail: { faults: 1 } } });
    expect(await makeBackup(app)).toMatchObject({ detail: { new_files: 1 } });
    expect(readFileSync(path).equals(spoiled)).toBe(false);
    expect(await app.backups.verify()).toMatchObject({ ok: true, value: { faults: 0 } });
    expect(await app.backups.state()).toMatchObject({ isRed: false });
  });
});
