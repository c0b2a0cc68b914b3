import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { readSealed, writeSealed } from '../../src/backups/backup-objects.ts';
import { makeLocalObjectStore } from '../../src/platform/object-store-local.ts';
import { BACKUP_KEY } from '../support/backups.ts';

const dir = mkdtempSync(join(tmpdir(), 'pos-objects-'));
afterAll(() => rmSync(dir, { recursive: true }));

const MIB = 1024 * 1024;
const much = () => Readable.from(Array.from({ length: 8 }, () => randomBytes(MIB)));
const placeAt = (root: string) => ({ store: makeLocalObjectStore(root), key: BACKUP_KEY });

test('more than fits into any buffer is sealed and read again', async () => {
  const place = placeAt(join(dir, 'sound'));
  const { content } = await writeSealed(place, 'sets/a.sealed', much());
  let bytes = 0;
  for await (const part of await readSealed(place, 'sets/a.sealed')) bytes += (part as Buffer).length;
  expect([content.bytes, bytes]).toEqual([8 * MIB, 8 * MIB]);
});

test('R59: where the store does not even begin to write, sealing fails with its reason and waits for nothing', async () => {
  writeFileSync(join(dir, 'file'), 'no folder can be made below it');
  const content = much();
  await expect(writeSealed(placeAt(join(dir, 'file', 'root')), 'sets/a.sealed', content)).rejects.toMatchObject({
    code: 'ENOTDIR',
  });
  expect(content.destroyed).toBe(true);
});
