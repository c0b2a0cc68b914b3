// What the pictures are that the picture of a HEIF file (AVIF, HEIC) is made of, and how they lie.
import { type HeifItems, type Property, readItems } from './heif-items.ts';
import { makeByteReader } from './isobmff.ts';
import { MAX_PIXELS } from '../picture-size.ts';

type Size = { width: number; height: number };

/** One coded picture. `width` and `height`: as the file says. */
export type HeifItem = Size & { type: string | undefined; properties: readonly Property[]; data: () => Buffer };

/** One coded picture, as `open` gave it, and where it lies, in pixels. */
type Placed<T> = { left: number; top: number; picture: T };

/** `angle`: quarters of a turn against the clock. `axis`: 0 swaps top and bottom, 1 left and right. */
export type Turn = { kind: 'turn'; angle: number } | { kind: 'mirror'; axis: number };

/** Properties that change nothing of what is drawn, or that are obeyed here (ISO/IEC 23008-12, 6.5). */
const KNOWN = ['ispe', 'pixi', 'av1C', 'hvcC', 'colr', 'irot', 'imir', 'pasp', 'clli', 'mdcv', 'auxC'];
const MAX_PICTURES = 1024;

/**
 * Reads `file` without decoding anything; `open` is handed what is known of each coded picture. Sizes are those before `turns`, which come
 * one after the other; `code` is the content of a 'colr' box. Throws an Error with the reason when the file is broken, or of a
 * kind that is not drawn in pieces, and what `open` throws.
 */
export const readLayout = <T extends Size>(file: Buffer, open: (item: HeifItem) => T) => {
  const items = readItems(file);
  const { primary } = items;
  const properties = items.propertiesOf(primary);
  checkProperties(properties);
  const grid = items.typeOf(primary) === 'grid' ? readGrid(items) : undefined;
  const ids = grid?.ids ?? [primary];
  checkAlpha(items, [primary, ...ids]);
  if (grid)
    checkGrid(
      grid,
      ids.map((id) => sizeOf(items.propertiesOf(id))),
    );
  const pictures = openPictures(items, ids, open);
  const [first] = pictures;
  if (!first) throw new Error('no picture');
  const { width, height } = grid ?? first;
  if (width * height > MAX_PIXELS) throw new Error('too many pixels');
  checkSize(sizeOf(properties), { width, height });
  const colours = [...properties, ...items.propertiesOf(ids[0] ?? primary)].filter(({ type }) => type === 'colr');
  return {
    ...{ width, height, first },
    placed: grid ? place(grid, pictures) : [{ left: 0, top: 0, picture: first }],
    turns: turnsIn(properties),
    code: contentOf(colours, ['nclx']),
    profile: contentOf(colours, ['prof', 'rICC'])?.subarray(4),
  };
};

const checkProperties = (properties: readonly Property[]): void => {
  for (const { type, isEssential } of properties) {
    if (type === 'clap' || (isEssential && !KNOWN.includes(type))) throw new Error(`a picture with '${type}'`);
  }
};

const sizeOf = (properties: readonly Property[]): Size => {
  const size = properties.find(({ type }) => type === 'ispe');
  if (!size) throw new Error('a picture without a size');
  const reader = makeByteReader(size.content);
  reader.versionAndFlags();
  return { width: reader.number(4), height: reader.number(4) };
};

/** Throws when what the header says is not what the picture is. */
export const checkSize = (said: Size, is: Size): void => {
  if (said.width !== is.width || said.height !== is.height)
    throw new Error('its header and its picture differ in size');
};

/** The first 'colr' box of these kinds. */
const contentOf = (colours: readonly Property[], kinds: readonly string[]): Buffer | undefined =>
  colours.find(({ content }) => kinds.includes(content.toString('latin1', 0, 4)))?.content;

const turnsIn = (properties: readonly Property[]): Turn[] =>
  properties.flatMap(({ type, content }): Turn[] => {
    if (type === 'irot') return [{ kind: 'turn', angle: makeByteReader(content).number(1) & 3 }];
    if (type === 'imir') return [{ kind: 'mirror', axis: makeByteReader(content).number(1) & 1 }];
    return [];
  });

/** Transparency is a picture of its own beside the one that is drawn here. */
const checkAlpha = ({ references, propertiesOf }: HeifItems, drawn: readonly number[]): void => {
  const ids = new Set(drawn);
  for (const { type, from, to } of references) {
    if (type !== 'auxl' || !to.some((item) => ids.has(item))) continue;
    if (propertiesOf(from).some((property) => property.type === 'auxC' && isAlpha(property.content)))
      throw new Error('a transparent picture');
  }
};

const isAlpha = (content: Buffer): boolean =>
  /^urn:mpeg:(mpegB:cicp:systems:auxiliary:alpha|hevc:2015:auxid:1)\0/.test(content.toString('latin1', 4, 64));

type Grid = { rows: number; columns: number; width: number; height: number; ids: number[] };

/** A grid (ISO/IEC 23008-12, 6.6.2.3): its size, and its pictures row by row. */
const readGrid = ({ primary, dataOf, references }: HeifItems): Grid => {
  const reader = makeByteReader(dataOf(primary));
  reader.skip(1); // version
  const sizeBytes = reader.number(1) & 1 ? 4 : 2;
  const [rows, columns] = [reader.number(1) + 1, reader.number(1) + 1];
  const [width, height] = [reader.number(sizeBytes), reader.number(sizeBytes)];
  const ids = references.find(({ type, from }) => type === 'dimg' && from === primary)?.to ?? [];
  if (ids.length !== rows * columns || ids.length > MAX_PICTURES) throw new Error('a grid of another size');
  return { rows, columns, width, height, ids };
};

const openPictures = <T>(items: HeifItems, ids: readonly number[], open: (item: HeifItem) => T): T[] => {
  const opened = new Map<number, T>(); // a broken grid may name one a thousand times
  return ids.map((id) => {
    const picture = opened.get(id) ?? openItem(items, id, open);
    opened.set(id, picture);
    return picture;
  });
};

const openItem = <T>({ typeOf, propertiesOf, dataOf }: HeifItems, id: number, open: (item: HeifItem) => T): T => {
  const properties = propertiesOf(id);
  checkProperties(properties);
  return open({ ...sizeOf(properties), type: typeOf(id), properties, data: () => dataOf(id) });
};

/** All pictures of a grid have one size; those at the right and at the bottom may reach beyond its edge. Asked before any is opened. */
const checkGrid = (grid: Grid, sizes: readonly Size[]): void => {
  const { width, height } = sizes[0] ?? { width: 0, height: 0 };
  const isFilled = (count: number, one: number, all: number) => (count - 1) * one < all && all <= count * one;
  if (!isFilled(grid.columns, width, grid.width) || !isFilled(grid.rows, height, grid.height))
    throw new Error('a grid of another size');
  for (const size of sizes) checkSize(size, { width, height });
  if (grid.width * grid.height > MAX_PIXELS) throw new Error('too many pixels');
};

const place = <T extends Size>(grid: Grid, pictures: readonly T[]): Placed<T>[] =>
  pictures.map((picture, i) => ({
    ...{ left: (i % grid.columns) * picture.width, top: Math.floor(i / grid.columns) * picture.height, picture },
  }));
