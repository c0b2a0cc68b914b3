// The items of a HEIF file (ISO/IEC 23008-12, with 14496-12, 8.11): pictures, what they are made of, what is said of them.
import { type Box, boxesOf, makeByteReader } from './isobmff.ts';
import { readLocations } from './heif-locations.ts';

export type Property = Box & { isEssential: boolean };
type Reference = { type: string; from: number; to: number[] };

/**
 * The items of the file in `bytes`. Throws when it has none, or is broken. Nothing is copied until `dataOf` is asked, which throws
 * when the item's bytes are not all there.
 */
export const readItems = (bytes: Buffer) => {
  const meta = contentOf(boxesOf(bytes), 'meta');
  if (meta.length > MAX_META_BYTES) throw new Error("a 'meta' box of an unusual size");
  const boxes = boxesOf(meta.subarray(VERSION_BYTES));
  const dataOf = readLocations(contentOf(boxes, 'iloc'), {
    file: bytes,
    idat: boxes.find(({ type }) => type === 'idat')?.content,
  });
  const types = readTypes(contentOf(boxes, 'iinf'));
  const properties = readProperties(contentOf(boxes, 'iprp'));
  return {
    primary: readPrimary(contentOf(boxes, 'pitm')),
    typeOf: (item: number): string | undefined => types.get(item),
    propertiesOf: (item: number): readonly Property[] => properties.get(item) ?? [],
    references: boxes.filter(({ type }) => type === 'iref').flatMap(({ content }) => readReferences(content)),
    dataOf,
  };
};

export type HeifItems = ReturnType<typeof readItems>;

const VERSION_BYTES = 4;
/** The largest part of an honest one is a printer's colour profile of 1 MB. */
const MAX_META_BYTES = 2 << 20;
/** What a grid of thousands of pictures has. */
const MAX_LINKS = 65_536;

const contentOf = (boxes: readonly Box[], wanted: string): Buffer => {
  const found = boxes.find(({ type }) => type === wanted);
  if (!found) throw new Error(`no '${wanted}' box`);
  return found.content;
};

const readPrimary = (content: Buffer): number => {
  const reader = makeByteReader(content);
  return reader.number(reader.versionAndFlags().version === 0 ? 2 : 4);
};

const readTypes = (content: Buffer): Map<number, string> => {
  const reader = makeByteReader(content);
  reader.skip(reader.versionAndFlags().version === 0 ? 2 : 4); // the count
  const types = new Map<number, string>();
  for (const entry of boxesOf(content.subarray(reader.position()))) {
    const inside = makeByteReader(entry.content);
    const { version } = inside.versionAndFlags();
    if (entry.type !== 'infe' || version < 2) continue; // older ones are no pictures
    const item = inside.number(version === 2 ? 2 : 4);
    inside.skip(2); // item_protection_index
    types.set(item, inside.text());
  }
  return types;
};

/** What each item is described by: the properties in 'ipco', by the numbers that 'ipma' gives them, from 1 on. */
const readProperties = (content: Buffer): Map<number, Property[]> => {
  const boxes = boxesOf(content);
  const all = boxesOf(contentOf(boxes, 'ipco'));
  const ofItems = new Map<number, Property[]>();
  let links = 0;
  for (const list of boxes.filter(({ type }) => type === 'ipma')) {
    const reader = makeByteReader(list.content);
    const { version, flags } = reader.versionAndFlags();
    const entries = reader.number(4);
    const linkBytes = flags & 1 ? 2 : 1;
    for (let i = 0; i < entries; i += 1) {
      const item = reader.number(version === 0 ? 2 : 4);
      const linked: Property[] = [];
      for (let left = reader.number(1); left > 0; left -= 1) {
        links += 1;
        if (links > MAX_LINKS) throw new Error('too many properties');
        const link = reader.number(linkBytes);
        const essentialBit = 2 ** (8 * linkBytes - 1);
        const property = all[(link % essentialBit) - 1];
        if (property) linked.push({ ...property, isEssential: link >= essentialBit });
      }
      if (ofItems.has(item)) throw new Error('an item that is described twice');
      ofItems.set(item, linked);
    }
  }
  return ofItems;
};

const readReferences = (content: Buffer): Reference[] => {
  const reader = makeByteReader(content);
  const idBytes = reader.versionAndFlags().version === 0 ? 2 : 4;
  return boxesOf(content.subarray(reader.position())).map((reference) => {
    const inside = makeByteReader(reference.content);
    const from = inside.number(idBytes);
    const to = Array.from({ length: inside.number(2) }, () => inside.number(idBytes));
    return { type: reference.type, from, to };
  });
};
