import type { BitReader } from './av1-bits.ts';
import type { Colours } from './av1-sequence.ts';

/** film_grain_params() of a key frame that is shown (AV1 specification, 5.9.30). */
export const skipGrain = (bits: BitReader, { mono, subX, subY }: Colours): void => {
  if (!bits.flag()) return; // apply_grain
  bits.skip(16); // grain_seed
  const isHalved = subX + subY === 2;
  const lumaPoints = skipPoints(bits);
  const fromLuma = !mono && bits.flag(); // chroma_scaling_from_luma
  const isLumaOnly = mono || fromLuma || (isHalved && lumaPoints === 0);
  const [bluePoints, redPoints] = isLumaOnly ? [0, 0] : [skipPoints(bits), skipPoints(bits)];
  bits.skip(2); // grain_scaling_minus_8
  const lag = bits.read(2); // ar_coeff_lag
  const lumaCoefficients = 2 * lag * (lag + 1);
  const chromaCoefficients = lumaCoefficients + (lumaPoints > 0 ? 1 : 0);
  const count =
    (lumaPoints > 0 ? lumaCoefficients : 0) +
    [bluePoints, redPoints].filter((points) => fromLuma || points > 0).length * chromaCoefficients;
  bits.skip(8 * count);
  bits.skip(4); // ar_coeff_shift_minus_6, grain_scale_shift
  for (const points of [bluePoints, redPoints]) if (points > 0) bits.skip(25);
  bits.skip(2); // overlap_flag, clip_to_restricted_range
};

/** Points of a curve: how many, and two bytes for each. */
const skipPoints = (bits: BitReader): number => {
  const count = bits.read(4);
  bits.skip(16 * count);
  return count;
};
