// What an AV1 key frame's header says of how its samples are coded (AV1 specification, 5.9.12 to 5.9.30): read to find its end, and
// the units of loop restoration.
import type { BitReader } from './av1-bits.ts';
import { skipGrain } from './av1-grain.ts';
import type { Colours, Sequence } from './av1-sequence.ts';

/** Loop restoration of one plane: its units begin at every `size` samples, of which chroma may have fewer than luma. */
export type Restoration = { size: number; subX: number; subY: number };

const SEGMENTS = 8; // MAX_SEGMENTS
/** Segmentation_Feature_Bits and Segmentation_Feature_Signed (5.9.14); the first feature changes the quantizer. */
const FEATURES = [
  { bits: 8, isSigned: true },
  { bits: 6, isSigned: true },
  { bits: 6, isSigned: true },
  { bits: 6, isSigned: true },
  { bits: 6, isSigned: true },
  { bits: 3, isSigned: false },
  { bits: 0, isSigned: false },
  { bits: 0, isSigned: false },
] as const;

/** From quantization_params() to film_grain_params(). `copiesBlocks`: allow_intrabc, which turns all filters off. */
export const readCoding = (
  bits: BitReader,
  sequence: Sequence,
  copiesBlocks: boolean,
): { restoration: Restoration[] } => {
  const { colours } = sequence;
  const quantizer = readQuantizer(bits, colours);
  const steps = readSegments(bits);
  skipDeltas(bits, quantizer.base, copiesBlocks);
  const isLossless = quantizer.isPlain && steps.every((step) => quantizer.base + step <= 0);
  const isFiltered = !isLossless && !copiesBlocks;
  if (isFiltered) skipLoopFilter(bits, colours);
  if (isFiltered && sequence.cdef) skipCdef(bits, colours);
  const restoration = isFiltered && sequence.restoration ? readRestoration(bits, sequence) : [];
  if (!isLossless) bits.skip(1); // tx_mode_select
  bits.skip(1); // reduced_tx_set
  if (sequence.grain) skipGrain(bits, colours);
  return { restoration };
};

/** `isPlain`: no plane differs from the base. */
const readQuantizer = (bits: BitReader, { mono, separateSteps }: Colours) => {
  const base = bits.read(8);
  const deltas = [readDelta(bits)];
  if (!mono) {
    const differ = separateSteps && bits.flag();
    for (let i = 0; i < (differ ? 4 : 2); i += 1) deltas.push(readDelta(bits));
  }
  if (bits.flag()) bits.skip(separateSteps ? 12 : 8); // using_qmatrix: qm_y, qm_u, qm_v
  return { base, isPlain: deltas.every((delta) => delta === 0) };
};

const readDelta = (bits: BitReader): number => (bits.flag() ? bits.signed(7) : 0);

/** What each segment adds to the quantizer's index. */
const readSegments = (bits: BitReader): number[] => {
  if (!bits.flag()) return [0];
  return Array.from({ length: SEGMENTS }, () => {
    const [step = 0] = FEATURES.map((feature) => {
      if (!bits.flag()) return 0;
      return feature.isSigned ? bits.signed(1 + feature.bits) : bits.read(feature.bits);
    });
    return step;
  });
};

/** delta_q_params(), delta_lf_params() */
const skipDeltas = (bits: BitReader, base: number, copiesBlocks: boolean): void => {
  if (base === 0 || !bits.flag()) return;
  bits.skip(2);
  if (!copiesBlocks && bits.flag()) bits.skip(3);
};

const skipLoopFilter = (bits: BitReader, { mono }: Colours): void => {
  const levels = bits.read(12); // two of six bits
  if (!mono && levels > 0) bits.skip(12);
  bits.skip(3); // loop_filter_sharpness
  if (!bits.flag() || !bits.flag()) return; // loop_filter_delta_enabled, loop_filter_delta_update
  for (let i = 0; i < 10; i += 1) readDelta(bits);
};

const skipCdef = (bits: BitReader, { mono }: Colours): void => {
  bits.skip(2); // cdef_damping_minus_3
  const strengths = 1 << bits.read(2);
  bits.skip(strengths * (mono ? 6 : 12));
};

/** lr_params() (5.9.20) */
const readRestoration = (bits: BitReader, { colours, log2Block }: Sequence): Restoration[] => {
  const types = [bits.read(2)];
  if (!colours.mono) types.push(bits.read(2), bits.read(2));
  if (types.every((type) => type === 0)) return [];
  const { subX, subY } = colours;
  let shift = bits.read(1);
  if (log2Block === 7) shift += 1;
  else if (shift) shift += bits.read(1);
  const isChromaUsed = types.slice(1).some((type) => type > 0);
  const chromaShift = subX && subY && isChromaUsed ? bits.read(1) : 0;
  const luma = { size: 64 << shift, subX: 0, subY: 0 };
  const chroma = { size: (64 << shift) >> chromaShift, subX, subY };
  return [types[0] ? [luma] : [], isChromaUsed ? [chroma] : []].flat();
};
