// AVIF files with other boxes than the library writes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boxesOf } from '../../src/photos/pieces/isobmff.ts';
import { box, fullBox, uint16, uint32 } from '../../src/photos/pieces/isobmff-writer.ts';
import { readItems } from '../../src/photos/pieces/heif-items.ts';

/** The AV1 picture in `avif` and what is said of it, to be written anew. */
export const itemOf = (avif: Buffer) => {
  const items = readItems(avif);
  return { data: Buffer.from(items.dataOf(items.primary)), properties: [...items.propertiesOf(items.primary)] };
};

type Item = { type: string; data: Buffer; properties: readonly { type: string; content: Buffer }[] };
type Reference = { type: string; from: number; to: readonly number[] };

/** A file of these items, numbered from 1 on; the first one is the picture. */
export const makeAvif = (items: readonly Item[], references: readonly Reference[] = []): Buffer => {
  const type = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1'));
  const properties = items.flatMap((item) => item.properties);
  let linked = 0;
  const links = items.map((item, i) =>
    Buffer.concat([uint16(i + 1), Buffer.from([item.properties.length, ...item.properties.map(() => (linked += 1))])]),
  );
  const entries = items.map((item, i) =>
    box('infe', uint32(2 << 24), uint16(i + 1, 0), Buffer.from(`${item.type}\0`, 'latin1')),
  );
  const refs = references.map(({ type: name, from, to }) => box(name, uint16(from, to.length, ...to)));
  const metaAt = (start: number): Buffer => {
    let at = start;
    const places = items.map(({ data }, i) => {
      at += data.length;
      return Buffer.concat([uint16(i + 1, 0, 1), uint32(at - data.length, data.length)]);
    });
    return fullBox(
      'meta',
      fullBox('hdlr', uint32(0), Buffer.from('pict'), Buffer.alloc(13)),
      fullBox('pitm', uint16(1)),
      fullBox('iloc', Buffer.from([0x44, 0]), uint16(items.length), ...places),
      fullBox('iinf', uint16(items.length), ...entries),
      ...(refs.length > 0 ? [fullBox('iref', ...refs)] : []),
      box(
        'iprp',
        box('ipco', ...properties.map((property) => box(property.type, property.content))),
        fullBox('ipma', uint32(items.length), ...links),
      ),
    );
  };
  const start = type.length + metaAt(0).length + 8;
  return Buffer.concat([type, metaAt(start), box('mdat', ...items.map(({ data }) => data))]);
};

/** Where the content of the first box of this type begins in the file; `path` are the boxes around it. */
export const placeOf = (avif: Buffer, ...path: readonly string[]): number => {
  let [content, from] = [avif, 0];
  for (const type of path) {
    const found = boxesOf(content.subarray(from)).find((inside) => inside.type === type);
    if (!found) throw new Error(`no ${type}`);
    content = found.content;
    from = type === 'meta' ? 4 : 0;
  }
  return content.byteOffset - avif.byteOffset;
};

/** An AVIF by Debian's `heif-enc`, slow enough that it uses loop restoration, which the library's own settings leave out. */
export const restoredAvif = (png: Buffer): Buffer => {
  const dir = mkdtempSync(join(tmpdir(), 'avif-'));
  try {
    const [from, to] = [join(dir, 'in.png'), join(dir, 'out.avif')];
    writeFileSync(from, png);
    const { status, stderr } = spawnSync('heif-enc', ['-A', '-q', '50', '-p', 'speed=4', '-o', to, from]);
    if (status !== 0) throw new Error(`heif-enc failed: ${String(stderr)}`);
    return readFileSync(to);
  } finally {
    rmSync(dir, { recursive: true });
  }
};
