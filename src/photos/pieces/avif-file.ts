import type { Sequence } from './av1-sequence.ts';
import { box, fullBox, uint16, uint32 } from './isobmff-writer.ts';

type AvifPicture = {
  width: number;
  height: number;
  sequence: Sequence;
  /** The content of a 'colr' box. */
  colours: Buffer | undefined;
  /** AV1 units, the sequence header among them. */
  data: Buffer;
};

const ITEM = 1;

/** The smallest AVIF file of one picture (AV1 Image File Format 1.1; ISO/IEC 23008-12). */
export const writeAvif = (picture: AvifPicture): Buffer => {
  const { width, height, sequence, colours, data } = picture;
  const { bits, mono } = sequence.colours;
  const type = box('ftyp', Buffer.from('avif\0\0\0\0avifmif1miaf', 'latin1'));
  const properties = [
    fullBox('ispe', uint32(width, height)),
    fullBox('pixi', Buffer.from(mono ? [1, bits] : [3, bits, bits, bits])),
    box('av1C', configurationOf(sequence)),
    ...(colours ? [box('colr', colours)] : []),
  ];
  const links = properties.map((property, i) => (property.includes('av1C') ? 0x80 : 0) | (i + 1));
  const metaAt = (start: number): Buffer =>
    fullBox(
      'meta',
      fullBox('hdlr', uint32(0), Buffer.from('pict'), Buffer.alloc(13)),
      fullBox('pitm', uint16(ITEM)),
      // Offsets and lengths of four bytes, no base; one item in one part.
      fullBox('iloc', Buffer.from([0x44, 0]), uint16(1, ITEM, 0, 1), uint32(start, data.length)),
      fullBox('iinf', uint16(1), box('infe', uint32(2 << 24), uint16(ITEM, 0), Buffer.from('av01\0', 'latin1'))),
      box(
        'iprp',
        box('ipco', ...properties),
        fullBox('ipma', uint32(1), uint16(ITEM), Buffer.from([links.length, ...links])),
      ),
    );
  const start = type.length + metaAt(0).length + 8;
  return Buffer.concat([type, metaAt(start), uint32(8 + data.length), Buffer.from('mdat'), data]);
};

/** The content of 'av1C' (AV1 Codec ISO Media File Format Binding, 2.3.3), by what the sequence header says. */
const configurationOf = ({ profile, level, tier, colours }: Sequence): Buffer => {
  const { bits, mono, subX, subY, samplePosition } = colours;
  const depth = (bits > 8 ? 0x40 : 0) | (bits > 10 ? 0x20 : 0);
  const chroma = (mono ? 0x10 : 0) | (subX << 3) | (subY << 2) | samplePosition;
  return Buffer.from([0x81, (profile << 5) | level, (tier << 7) | depth | chroma, 0]);
};
