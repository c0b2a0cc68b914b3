// AV1's sequence header: what holds for all frames (AV1 specification, 5.5).
import { type BitReader, makeBitReader, makeBitWriter } from './av1-bits.ts';

export type Colours = {
  bits: 8 | 10 | 12;
  mono: boolean;
  /** Chroma has half the width, half the height. */
  subX: 0 | 1;
  subY: 0 | 1;
  samplePosition: number;
  /** Blue and red have steps of their own. */
  separateSteps: boolean;
};

/** 2 where every frame says it by itself. */
const EACH_FRAME = 2;

export type Sequence = ReturnType<typeof readSequence>;

/** Reads a sequence header. Throws when it is broken, or made for several layers. */
export const readSequence = (payload: Buffer) => {
  const bits = makeBitReader(payload);
  const profile = bits.read(3);
  if (profile > 2) throw new Error('an unknown AV1 profile');
  bits.skip(1); // still_picture
  const reduced = bits.flag();
  const points = reduced ? { ...NO_TIMING, level: bits.read(5), tier: 0 } : readPoints(bits);
  const sizeAt = bits.position();
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1];
  const [width, height] = [bits.read(widthBits) + 1, bits.read(heightBits) + 1];
  const sizeEnd = bits.position();
  const idBits = !reduced && bits.flag() ? bits.read(4) + 2 + bits.read(3) + 1 : 0;
  const log2Block = bits.flag() ? 7 : 6; // use_128x128_superblock
  bits.skip(2); // enable_filter_intra, enable_intra_edge_filter
  const tools = reduced ? { orderBits: 0, screenTools: EACH_FRAME, integerVectors: EACH_FRAME } : readTools(bits);
  const [superres, cdef, restoration] = [bits.flag(), bits.flag(), bits.flag()];
  const colours = readColours(bits, profile);
  const grain = bits.flag();
  return {
    ...{ payload, profile, reduced, ...points, sizeAt, sizeEnd, end: bits.position() },
    ...{ width, height, widthBits, heightBits, idBits, log2Block, ...tools },
    ...{ superres, cdef, restoration, colours, grain },
  };
};

/** The same header for frames of another size. */
export const writeSequence = (of: Sequence, width: number, height: number): Buffer => {
  const bits = makeBitWriter();
  bits.copy(of.payload, 0, of.sizeAt);
  bits.write(15, 4);
  bits.write(15, 4);
  bits.write(width - 1, 16);
  bits.write(height - 1, 16);
  bits.copy(of.payload, of.sizeEnd, of.end);
  bits.write(1, 1); // trailing_bits
  bits.align();
  return bits.bytes();
};

const NO_TIMING = { timing: undefined, modelled: 0 };

/** Timing and operating points, `modelled` of which have a decoder model. */
const readPoints = (bits: BitReader) => {
  const timing = bits.flag() ? readTiming(bits) : undefined;
  const model = timing?.model;
  const hasDisplayDelay = bits.flag();
  const count = bits.read(5) + 1;
  let [level, tier, modelled] = [0, 0, 0];
  for (let i = 0; i < count; i += 1) {
    if (bits.read(12) !== 0) throw new Error('AV1 layers');
    const levelHere = bits.read(5);
    const tierHere = levelHere > 7 ? bits.read(1) : 0;
    if (i === 0) [level, tier] = [levelHere, tierHere];
    if (model && bits.flag()) {
      bits.skip(2 * model.delayBits + 1);
      modelled += 1;
    }
    if (hasDisplayDelay && bits.flag()) bits.skip(4);
  }
  return { timing, modelled, level, tier };
};

const readTiming = (bits: BitReader) => {
  bits.skip(64); // num_units_in_display_tick, time_scale
  const isEven = bits.flag();
  if (isEven) bits.variable(); // num_ticks_per_picture_minus_1
  if (!bits.flag()) return { isEven, model: undefined };
  const delayBits = bits.read(5) + 1;
  bits.skip(32); // num_units_in_decoding_tick
  return { isEven, model: { delayBits, removalBits: bits.read(5) + 1, presentationBits: bits.read(5) + 1 } };
};

const readTools = (bits: BitReader) => {
  bits.skip(4); // enable_interintra_compound, enable_masked_compound, enable_warped_motion, enable_dual_filter
  const hasOrder = bits.flag();
  if (hasOrder) bits.skip(2); // enable_jnt_comp, enable_ref_frame_mvs
  const screenTools = bits.flag() ? EACH_FRAME : bits.read(1);
  const integerVectors = screenTools === 0 || bits.flag() ? EACH_FRAME : bits.read(1);
  return { screenTools, integerVectors, orderBits: hasOrder ? bits.read(3) + 1 : 0 };
};

/** color_config() (5.5.2); the three numbers of ITU-T H.273 for sRGB's red, green and blue as they are. */
const readColours = (bits: BitReader, profile: number): Colours => {
  const depth = readDepth(bits, profile);
  const mono = profile !== 1 && bits.flag();
  const [primaries, transfer, matrix] = bits.flag() ? [bits.read(8), bits.read(8), bits.read(8)] : [2, 2, 2];
  const isRgb = !mono && primaries === 1 && transfer === 13 && matrix === 0;
  if (!isRgb) bits.skip(1); // color_range
  if (mono) return { bits: depth, mono, subX: 1, subY: 1, samplePosition: 0, separateSteps: false };
  const [subX, subY] = isRgb ? ([0, 0] as const) : readSubsampling(bits, profile, depth);
  const samplePosition = subX && subY ? bits.read(2) : 0;
  return { bits: depth, mono, subX, subY, samplePosition, separateSteps: bits.flag() };
};

const readDepth = (bits: BitReader, profile: number): Colours['bits'] => {
  if (!bits.flag()) return 8;
  return profile === 2 && bits.flag() ? 12 : 10;
};

const readSubsampling = (bits: BitReader, profile: number, depth: number): readonly [0 | 1, 0 | 1] => {
  if (profile === 0) return [1, 1];
  if (profile === 1) return [0, 0];
  if (depth < 12) return [1, 0];
  if (!bits.flag()) return [0, 0];
  return [1, bits.flag() ? 1 : 0];
};
