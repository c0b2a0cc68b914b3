// One picture in AV1, taken apart into pictures of some of its tiles: tiles are decoded independently of one another.
import { makeBitReader } from './av1-bits.ts';
import { type Frame, readFrame, writeHeaders } from './av1-frame.ts';
import { groupTiles, type TileGroup } from './av1-groups.ts';
import { readSequence, type Sequence } from './av1-sequence.ts';
import { SIZE_BYTES } from './av1-tiles.ts';
import { FRAME, FRAME_HEADER, SEQUENCE_HEADER, TILE_GROUP, unitsOf, writeUnit, type Unit } from './av1-units.ts';

type Av1Piece = {
  /** In samples of luma, in the frame. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** The piece as a stream of its own. */
  write: () => Buffer;
};

type Expected = {
  width: number;
  height: number;
  /** The most that a piece has, where tiles are no larger. */
  piecePixels: number;
};

/**
 * Takes apart the key frame in `data`, the units of an AV1 stream that may begin in `configuration`, and that is as large as the
 * file says; nothing is decoded but headers. The filters that run over the finished frame do not cross from one piece into the next, which shows in a few samples at their edges. Throws an Error with the
 * reason when it is broken, or of a kind that cannot be taken apart.
 */
export const openAv1 = (data: Buffer, configuration: Buffer, { width, height, piecePixels }: Expected) => {
  const { frame, sequence, tiles } = readUnits([...unitsOf(configuration), ...unitsOf(data)]);
  if (frame.width !== width || frame.height !== height) throw new Error('its header and its picture differ in size');
  const pieces = groupTiles(frame, piecePixels).map((group): Av1Piece => ({
    ...{ left: group.left, top: group.top, width: group.width, height: group.height },
    write: () => writePiece(frame, tiles, group),
  }));
  return { width, height, sequence, pieces, bytes: data.length };
};

type Parsed = { sequence?: Sequence; frame?: Frame; tiles: Buffer[] };

const readUnits = (units: readonly Unit[]): Required<Parsed> => {
  const parsed: Parsed = { tiles: [] };
  for (const { type, payload } of units) {
    if (type === SEQUENCE_HEADER) {
      if (parsed.frame) throw new Error('more than one AV1 stream');
      parsed.sequence = readSequence(payload);
    } else if (type === FRAME || type === FRAME_HEADER) {
      readFrameUnit(parsed, type, payload);
    } else if (type === TILE_GROUP) {
      addTiles(parsed, payload, 0);
    } else throw new Error('an AV1 unit of an unknown kind');
  }
  const { sequence, frame, tiles } = parsed;
  if (!sequence || !frame || tiles.length !== countTiles(frame)) throw new Error('parts of an AV1 picture are missing');
  return { sequence, frame, tiles };
};

const readFrameUnit = (parsed: Parsed, type: number, payload: Buffer): void => {
  if (!parsed.sequence) throw new Error('no AV1 sequence header');
  if (parsed.frame) throw new Error('more than one AV1 frame');
  parsed.frame = readFrame(payload, parsed.sequence);
  if (type === FRAME) addTiles(parsed, payload, Math.ceil(parsed.frame.end / 8));
};

const countTiles = ({ tiling }: Frame): number => tiling.columns.length * tiling.rows.length;

/** tile_group_obu() (5.11.1): `payload` from `start` on. */
const addTiles = ({ frame, tiles }: Parsed, payload: Buffer, start: number): void => {
  if (!frame) throw new Error('AV1 tiles without a frame');
  const group = payload.subarray(start);
  const count = countTiles(frame);
  const bits = makeBitReader(group);
  const { numberBits, sizeBytes } = frame.tiling;
  let [first, last] = [0, count - 1];
  if (count > 1 && bits.flag()) [first, last] = [bits.read(numberBits), bits.read(numberBits)];
  if (first !== tiles.length || last < first || last >= count) throw new Error('AV1 tiles out of order');
  let at = bits.align();
  for (let i = first; i < last; i += 1) {
    if (at + sizeBytes > group.length) throw new Error('an AV1 tile ends early');
    const size = group.readUIntLE(at, sizeBytes) + 1;
    at += sizeBytes;
    if (at + size > group.length) throw new Error('an AV1 tile ends early');
    tiles.push(group.subarray(at, at + size));
    at += size;
  }
  if (at >= group.length) throw new Error('an AV1 tile ends early');
  tiles.push(group.subarray(at));
};

const writePiece = (frame: Frame, tiles: readonly Buffer[], group: TileGroup): Buffer => {
  const headers = writeHeaders(frame, group);
  const chosen: Buffer[] = [];
  const columns = frame.tiling.columns.length;
  for (let row = 0; row < group.tiling.rows.length; row += 1) {
    const start = (group.firstRow + row) * columns + group.firstColumn;
    chosen.push(...tiles.slice(start, start + group.tiling.columns.length));
  }
  const withSizes = chosen.flatMap((tile, i) => (i < chosen.length - 1 ? [sizeOf(tile), tile] : [tile]));
  const flags = chosen.length > 1 ? [Buffer.from([0])] : []; // tile_start_and_end_present_flag: all tiles are here
  return Buffer.concat([
    ...writeUnit(SEQUENCE_HEADER, [headers.sequence]),
    ...writeUnit(FRAME, [headers.frame, ...flags, ...withSizes]),
  ]);
};

const sizeOf = (tile: Buffer): Buffer => {
  const bytes = Buffer.alloc(SIZE_BYTES);
  bytes.writeUInt32LE(tile.length - 1);
  return bytes;
};
