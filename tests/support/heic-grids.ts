import { box, fullBox, uint16, uint32 } from '../../src/photos/pieces/isobmff-writer.ts';
import { readItems } from '../../src/photos/pieces/heif-items.ts';

type Size = { width: number; height: number };

/**
 * A HEIC file as phones make it: a grid of `columns` pictures a row that shows `size`, made of these HEICs of one size (the last one as
 * often as it takes), with further properties of the whole.
 */
export const heicGrid = (
  heics: Buffer[],
  { columns, rows, tile, ...size }: Size & { columns: number; rows: number; tile: Size },
  properties: Buffer[] = [],
): Buffer => {
  const tiles = heics.map((heic) => {
    const items = readItems(heic);
    const config = items.propertiesOf(items.primary).find(({ type }) => type === 'hvcC')?.content;
    if (!config) throw new Error('no HEVC');
    return { config, data: items.dataOf(items.primary) };
  });
  const order = Array.from({ length: columns * rows }, (_, i) => Math.min(i, tiles.length - 1));
  const grid = Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), uint32(size.width, size.height)]);
  const GRID = 1;
  const idOf = (tileIndex: number) => tileIndex + 2;
  const shared = [
    fullBox('ispe', uint32(size.width, size.height)),
    fullBox('ispe', uint32(tile.width, tile.height)),
    ...properties,
  ];
  const ofGrid = [1, ...properties.map((_, i) => i + 3)];
  const links = [
    Buffer.concat([uint16(GRID), Buffer.from([ofGrid.length, ...ofGrid])]),
    ...tiles.map((_, i) => Buffer.concat([uint16(idOf(i)), Buffer.from([2, 2, shared.length + 1 + i])])),
  ];
  const entry = (id: number, type: string) =>
    box('infe', uint32(2 << 24), uint16(id, 0), Buffer.from(`${type}\0`, 'latin1'));
  const type = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const metaAt = (start: number): Buffer => {
    let at = start;
    const places = [grid, ...tiles.map(({ data }) => data)].map((data, i) => {
      at += data.length;
      return Buffer.concat([uint16(i + 1, 0, 1), uint32(at - data.length, data.length)]);
    });
    return fullBox(
      'meta',
      fullBox('hdlr', uint32(0), Buffer.from('pict'), Buffer.alloc(13)),
      fullBox('pitm', uint16(GRID)),
      fullBox('iloc', Buffer.from([0x44, 0]), uint16(places.length), ...places),
      fullBox('iinf', uint16(tiles.length + 1), entry(GRID, 'grid'), ...tiles.map((_, i) => entry(idOf(i), 'hvc1'))),
      fullBox('iref', box('dimg', uint16(GRID, order.length, ...order.map(idOf)))),
      box(
        'iprp',
        box('ipco', ...shared, ...tiles.map(({ config }) => box('hvcC', config))),
        fullBox('ipma', uint32(links.length), ...links),
      ),
    );
  };
  const data = Buffer.concat([grid, ...tiles.map((one) => one.data)]);
  const start = type.length + metaAt(0).length + 8;
  return Buffer.concat([type, metaAt(start), uint32(8 + data.length), Buffer.from('mdat'), data]);
};
