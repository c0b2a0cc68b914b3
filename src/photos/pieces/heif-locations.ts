// Where the bytes of a HEIF file's items are (ISO/IEC 14496-12, 8.11.3: 'iloc').
import { FileIsCut, makeByteReader } from './isobmff.ts';

type Location = { method: number; extents: { start: number; length: number }[] };
type Sources = { file: Buffer; idat: Buffer | undefined };

const IN_FILE = 0;
const IN_IDAT = 1;
/** Honest items have one, or a few. */
const MAX_EXTENTS = 65_536;

/**
 * Reads 'iloc'. What it gives is the bytes of an item; it throws when they are not all there, or when all items that were asked for
 * are together more than the file has: each is to be asked for once.
 */
export const readLocations = (content: Buffer, sources: Sources): ((item: number) => Buffer) => {
  const locations = parse(content);
  let left = sources.file.length;
  return (item) => {
    const location = locations.get(item);
    if (!location) throw new Error('an item is nowhere');
    const source = location.method === IN_FILE ? sources.file : sources.idat;
    if (!source || location.method > IN_IDAT) throw new Error('an item is in an unknown place');
    const bytes = gather(source, location.extents);
    left -= bytes.length;
    if (left < 0) throw new Error('items are larger than the file');
    return bytes;
  };
};

/** Extents may overlap: together they must not be more than there is. */
const gather = (source: Buffer, extents: Location['extents']): Buffer => {
  let total = 0;
  const parts = extents.map(({ start, length }) => {
    const end = length === 0 ? source.length : start + length; // none: the rest
    if (end > source.length || start > end) throw new FileIsCut('an item');
    total += end - start;
    return source.subarray(start, end);
  });
  if (total > source.length) throw new Error('an item is larger than the file');
  const [only] = parts;
  return parts.length === 1 && only ? only : Buffer.concat(parts);
};

const parse = (content: Buffer): Map<number, Location> => {
  const reader = makeByteReader(content);
  const { version } = reader.versionAndFlags();
  if (version > 2) throw new Error("an unknown 'iloc' box");
  const sizes = reader.number(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const idBytes = version < 2 ? 2 : 4;
  const locations = new Map<number, Location>();
  let extentsInAll = 0;
  for (let left = reader.number(idBytes); left > 0; left -= 1) {
    const item = reader.number(idBytes);
    const method = version === 0 ? IN_FILE : reader.number(2) & 15;
    reader.skip(2); // data_reference_index
    const base = reader.number(baseBytes);
    const count = reader.number(2);
    extentsInAll += count;
    if (extentsInAll > MAX_EXTENTS) throw new Error('items in too many parts');
    const extents = Array.from({ length: count }, () => {
      reader.skip(indexBytes);
      return { start: base + reader.number(offsetBytes), length: reader.number(lengthBytes) };
    });
    locations.set(item, { method, extents });
  }
  return locations;
};
