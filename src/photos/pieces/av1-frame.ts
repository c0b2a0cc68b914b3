// The header of an AV1 key frame (AV1 specification, 5.9.2): read, and written anew for a part of the frame.
import { type BitReader, makeBitReader, makeBitWriter } from './av1-bits.ts';
import { readCoding } from './av1-coding.ts';
import { writeSequence, type Sequence } from './av1-sequence.ts';
import { readTiling, tilingWriter, type Tiling } from './av1-tiles.ts';

/** seq_force_screen_content_tools, seq_force_integer_mv */
const EACH_FRAME = 2;
const KEY_FRAME = 0;

export type Frame = ReturnType<typeof readFrame>;

/**
 * Reads the header of the only frame of a picture, at the front of `payload`. Throws when it is broken, or not of the kind that
 * can be taken apart: another than a shown key frame, or one that is stretched.
 */
export const readFrame = (payload: Buffer, sequence: Sequence) => {
  const bits = makeBitReader(payload);
  if (!sequence.reduced) readKind(bits, sequence);
  const stopsLearning = bits.flag(); // disable_cdf_update
  const screenTools = readScreenTools(bits, sequence);
  bits.skip(sequence.idBits);
  const overrideAt = sequence.reduced ? undefined : bits.position();
  const isOverridden = overrideAt !== undefined && bits.flag();
  bits.skip(sequence.orderBits);
  skipRemovalTimes(bits, sequence);
  const sizeAt = bits.position();
  const { width, height } = isOverridden ? readSize(bits, sequence) : sequence;
  if (sequence.superres && bits.flag()) throw new Error('a stretched AV1 frame');
  if (bits.flag()) bits.skip(32); // render_width_minus_1, render_height_minus_1
  const sizeEnd = bits.position();
  const copiesBlocks = screenTools && bits.flag(); // allow_intrabc
  if (!sequence.reduced && !stopsLearning) bits.skip(1); // disable_frame_end_update_cdf
  const tilingAt = bits.position();
  const { log2Block } = sequence;
  const tiling = readTiling(bits, blocks(width, log2Block), blocks(height, log2Block), log2Block);
  const tilingEnd = bits.position();
  const { restoration } = readCoding(bits, sequence, copiesBlocks);
  return {
    ...{ payload, sequence, width, height, log2Block, tiling, restoration },
    ...{ overrideAt, sizeAt, sizeEnd, tilingAt, tilingEnd, end: bits.position() },
  };
};

const blocks = (samples: number, log2Block: number): number => Math.ceil(samples / 2 ** log2Block);

const readKind = (bits: BitReader, { timing }: Sequence): void => {
  if (bits.flag()) throw new Error('more than one AV1 frame'); // show_existing_frame
  if (bits.read(2) !== KEY_FRAME || !bits.flag()) throw new Error('an AV1 frame that is no key frame');
  if (timing?.model && !timing.isEven) bits.skip(timing.model.presentationBits);
};

/** When the frame leaves the decoder's buffers, for each operating point. */
const skipRemovalTimes = (bits: BitReader, { timing, modelled }: Sequence): void => {
  if (timing?.model && bits.flag()) bits.skip(modelled * timing.model.removalBits);
};

const readScreenTools = (bits: BitReader, { screenTools, integerVectors }: Sequence): boolean => {
  const hasTools = screenTools === EACH_FRAME ? bits.flag() : screenTools === 1;
  if (hasTools && integerVectors === EACH_FRAME) bits.skip(1);
  return hasTools;
};

const readSize = (bits: BitReader, { widthBits, heightBits }: Sequence) => ({
  width: bits.read(widthBits) + 1,
  height: bits.read(heightBits) + 1,
});

/** A part of a frame: so many samples, cut into these tiles. */
type FramePart = { width: number; height: number; tiling: Tiling };

/**
 * The headers of a frame that is no more than `part` of `frame`: the sequence header, the frame header up to a whole byte. Nothing
 * but the size and the tiles is changed: the rest does not depend on them. Throws when AV1 has no way to say it.
 */
export const writeHeaders = (frame: Frame, { width, height, tiling }: FramePart) => {
  const writeTiling = tilingWriter(tiling, frame.log2Block);
  if (!writeTiling) throw new Error('AV1 tiles that do not go together');
  const { payload, overrideAt } = frame;
  const bits = makeBitWriter();
  bits.copy(payload, 0, overrideAt ?? frame.sizeAt);
  if (overrideAt !== undefined) {
    bits.flag(false); // frame_size_override_flag
    bits.copy(payload, overrideAt + 1, frame.sizeAt);
  }
  if (frame.sequence.superres) bits.flag(false); // use_superres
  bits.flag(false); // render_and_frame_size_different
  bits.copy(payload, frame.sizeEnd, frame.tilingAt);
  writeTiling(bits);
  bits.copy(payload, frame.tilingEnd, frame.end);
  bits.align();
  return { sequence: writeSequence(frame.sequence, width, height), frame: bits.bytes() };
};
