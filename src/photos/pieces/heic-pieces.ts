// Large HEICs, decoded a piece at a time and by the codec itself: libheif holds every picture twice, and a grid in whole.
import { type ColourCode, LUMA, makeColourConverter, UNSPECIFIED } from '../colour-code.ts';
import { finishPieces, planPieces } from './draw-pieces.ts';
import { checkSize, type HeifItem, readLayout } from './heif-layout.ts';
import { decodeHevc, type HevcFrame } from './hevc-library.ts';
import { makeByteReader } from './isobmff.ts';
import { makeShrinkCanvas } from './shrink-canvas.ts';
import { shrinkPlane, toRgb } from '../ycbcr.ts';

/** One HEVC picture, not decoded yet. */
type Picture = { width: number; height: number; config: Buffer; data: Buffer };

/**
 * How the picture of the file in `heic` comes apart: the pictures of a grid, or the one that it is; only headers are read. `chroma`: 0
 * grey, 1 4:2:0, 2 4:2:2, 3 4:4:4. Throws an Error with the reason when the file is broken, or cannot be drawn from its pieces.
 */
export const openHeic = (heic: Buffer) => {
  const layout = readLayout(heic, openPicture);
  if (layout.code) lumaOf(readCode(layout.code).matrix);
  const { config } = layout.first;
  // ISO/IEC 14496-15, 8.3.3.1.2
  return { ...layout, chroma: config.readUInt8(16) & 3, bits: (config.readUInt8(17) & 7) + 8 };
};

const openPicture = ({ type, properties, data, width, height }: HeifItem): Picture => {
  const config = properties.find((property) => property.type === 'hvcC')?.content;
  if (type !== 'hvc1' || !config) throw new Error('a picture that is not HEVC');
  return { width, height, config, data: data() };
};

/**
 * The picture of the file in `heic` as drawHeic makes it, in less memory: at most `side` pixels, upright, as a PNG of 8 bits with the
 * profile that it had. Throws as openHeic does, and when a piece cannot be decoded.
 */
export const drawHeicInPieces = async (heic: Buffer, side: number): Promise<Buffer> => {
  const { code, ...layout } = openHeic(heic);
  const plan = planPieces(layout, side);
  const canvas = makeShrinkCanvas(plan.width, plan.height, 1);
  for (const { left, top, picture } of layout.placed) {
    const frame = decodeHevc(picture.config, picture.data);
    try {
      const [luma = { width: 0, height: 0 }] = frame.planes;
      checkSize(picture, luma);
      const part = plan.partOf({ left, top, width: picture.width, height: picture.height });
      canvas.add({ ...part, rgb: await drawFrame(frame, part, { code, byCode: !layout.profile }) });
    } finally {
      frame.free();
    }
  }
  return finishPieces(canvas, layout, side);
};

type Size = { width: number; height: number };
type Colours = { code: Buffer | undefined; byCode: boolean };

/** Each component is made small before it becomes RGB. */
const drawFrame = async (frame: HevcFrame, size: Size, { code, byCode }: Colours): Promise<Buffer> => {
  const { luma, full, ...said } = meaningOf(frame, code ? readCode(code) : undefined);
  const bits = frame.planes[0]?.bits ?? 8;
  const small = [];
  for (const plane of frame.planes) small.push(await shrinkPlane(plane, size)); // one by one: each takes memory while it lasts
  const [y, cb, cr] = small;
  if (!y) throw new Error('a component is missing');
  const grey = new Uint16Array(y.length).fill(2 ** (bits - 1));
  const convert = byCode ? makeColourConverter(said) : undefined;
  return toRgb([y, cb ?? grey, cr ?? grey], { luma, full, bits }, convert);
};

type Code = ColourCode & { matrix: number; full: boolean };

/** What the file says comes before what the codec says. */
const meaningOf = (frame: HevcFrame, ofFile: Code | undefined) => {
  const matrix = [ofFile, frame.code].find((one) => one && one.matrix !== UNSPECIFIED)?.matrix ?? UNSPECIFIED;
  return { ...(ofFile ?? frame.code), luma: lumaOf(matrix) };
};

/** Where nobody says it, it is BT.601's. */
const lumaOf = (matrix: number) => {
  const luma = LUMA[matrix === UNSPECIFIED ? 6 : matrix];
  if (!luma) throw new Error(`colours of matrix ${matrix}`);
  return luma;
};

/** The content of a 'colr' box of kind 'nclx' (ISO/IEC 14496-12, 12.1.5). */
const readCode = (content: Buffer): Code => {
  const reader = makeByteReader(content);
  reader.skip(4);
  const [primaries, transfer, matrix] = [reader.number(2), reader.number(2), reader.number(2)];
  return { primaries, transfer, matrix, full: reader.number(1) >= 0x80 };
};
