import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Pictures (JPEG or PNG) as one HEIC file, by Debian's `heif-enc` with `options`; the first is the primary one. */
export const makeHeic = (pictures: Buffer[], options: string[] = []): Buffer => {
  const dir = mkdtempSync(join(tmpdir(), 'heic-'));
  try {
    const paths = pictures.map((picture, i) => {
      const path = join(dir, `${i}.${picture[0] === 0xff ? 'jpg' : 'png'}`);
      writeFileSync(path, picture);
      return path;
    });
    const out = join(dir, 'out.heic');
    encode(['-q', '90', '-p', 'preset=ultrafast', ...options, '-o', out, ...paths]);
    return readFileSync(out);
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const NEEDED =
  "the HEIC tests need Debian's libheif-examples, and libheif-plugin-x265 where that is a package of its own";

const encode = (args: string[]): void => {
  const { error, status, stderr } = spawnSync('heif-enc', args, { encoding: 'utf8' });
  if (error) throw new Error(`heif-enc cannot be run (${error.message}): ${NEEDED}`);
  if (status !== 0) throw new Error(`heif-enc failed (${stderr.trim()}): ${NEEDED}`);
};

/**
 * The HEIC file with one more property of its first item. The changed description is put behind the pictures and the old one made
 * void, so that nothing else moves.
 */
export const withProperty = (heic: Buffer, type: string, payload: Buffer): Buffer => {
  const start = heic.indexOf('meta') - 4;
  const meta = heic.subarray(start, start + heic.readUInt32BE(start));
  const property = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), payload]);
  property.writeUInt32BE(property.length);

  const list = meta.indexOf('ipco') - 4;
  const listEnd = list + meta.readUInt32BE(list);
  let count = 0;
  for (let at = list + 8; at < listEnd; at += meta.readUInt32BE(at)) count += 1;
  const links = meta.indexOf('ipma') - 4; // version and flags, how many items, the first one's id, how many properties it has
  const linksOf = links + 18;
  const changed = Buffer.concat([
    ...[meta.subarray(0, listEnd), property, meta.subarray(listEnd, linksOf + 1)],
    ...[Buffer.from([0x80 | (count + 1)]), meta.subarray(linksOf + 1)],
  ]);
  const grow = (name: string, bytes: number) => {
    const at = changed.indexOf(name) - 4;
    changed.writeUInt32BE(changed.readUInt32BE(at) + bytes, at);
  };
  grow('ipco', property.length);
  grow('ipma', 1);
  grow('iprp', property.length + 1);
  grow('meta', property.length + 1);
  const linksNow = linksOf + property.length;
  changed[linksNow] = (changed[linksNow] ?? 0) + 1;

  const rest = Buffer.from(heic);
  rest.write('free', start + 4, 'latin1');
  return Buffer.concat([rest, changed]);
};
