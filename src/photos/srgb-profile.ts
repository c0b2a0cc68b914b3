import { type ColourMatrix, encodeSrgb } from './convert-colours.ts';

const HEADER_BYTES = 128;
const MOST_TAGS = 100;
/** Red, green and blue of sRGB (IEC 61966-2-1), adapted to the white of profiles, D50: X, Y, Z. */
const PRIMARIES = [
  { name: 'rXYZ', xyz: [0.4361, 0.2225, 0.0139] },
  { name: 'gXYZ', xyz: [0.3851, 0.7169, 0.0971] },
  { name: 'bXYZ', xyz: [0.1431, 0.0606, 0.7141] },
];
/** The inverse of these, which are columns. */
const SRGB_FROM_XYZ = [
  [3.1341, -1.6174, -0.4906],
  [-0.9788, 1.9163, 0.0335],
  [0.072, -0.229, 1.4054],
];
/** All three together: D50, the white of profiles. */
const WHITE = [0.9642, 1, 0.8249];
const CURVES = ['rTRC', 'gTRC', 'bTRC'];
/** Less than half a step of 255 in the picture: the profiles in use differ from each other by a tenth of it. */
const PRIMARY_TOLERANCE = 0.0015;
const CURVE_TOLERANCE = 0.5 / 255;
const SAMPLES = 64;

/**
 * What makes sRGB out of the colours of an ICC profile that stores light as sRGB does but means other primaries, as Display P3 of
 * iPhones; `'same'` when they are sRGB's own, by the content: what a profile is called counts for nothing. Undefined for all
 * others, which the library has to convert: those with another curve, with tables of their own, and what is no profile.
 */
export const readSrgbMatrix = (icc: Buffer): ColourMatrix | 'same' | undefined => {
  try {
    const kind = icc.toString('latin1', 12, 24);
    if (icc.toString('latin1', 36, 40) !== 'acsp' || !/^(mntr|spac|scnr)RGB XYZ $/.test(kind)) return undefined;
    const tags = readTags(icc);
    if ([...tags.keys()].some((name) => /^(A2B|B2A|D2B|B2D)\d$/.test(name))) return undefined;
    if (!CURVES.every((name) => isSrgbCurve(readCurve(icc, tags.get(name))))) return undefined;
    const primaries = PRIMARIES.map(({ name }) => readXyz(icc, tags.get(name)));
    if (PRIMARIES.every(({ xyz }, i) => isNear(primaries[i] ?? [], xyz))) return 'same';
    return primaries.every(isPlausible) && isNear(sumOf(primaries), WHITE) ? matrixFrom(primaries) : undefined;
  } catch {
    return undefined; // cut off: what its offsets point to is not there
  }
};

/** No primary of a real screen or camera is beyond this; a fuzzed number is. */
const isPlausible = (xyz: number[]): boolean => xyz.length === 3 && xyz.every((value) => value > -0.2 && value < 1.2);

const sumOf = (primaries: number[][]): number[] =>
  [0, 1, 2].map((i) => primaries.reduce((sum, xyz) => sum + (xyz[i] ?? 0), 0));

/** sRGB's primaries, inverted, times the profile's: light of the one in light of the other. */
const matrixFrom = (primaries: number[][]): ColourMatrix =>
  SRGB_FROM_XYZ.flatMap((row) => primaries.map((xyz) => row.reduce((sum, part, i) => sum + part * (xyz[i] ?? 0), 0)));

/** Where each tag's data begin. */
const readTags = (icc: Buffer): Map<string, number> => {
  const count = icc.readUInt32BE(HEADER_BYTES);
  if (count > MOST_TAGS) return new Map();
  const entries = Array.from({ length: count }, (_, i) => HEADER_BYTES + 4 + 12 * i);
  return new Map(entries.map((at) => [icc.toString('latin1', at, at + 4), icc.readUInt32BE(at + 4)]));
};

/** A signed number with 16 bits behind the point. */
const fixed = (icc: Buffer, at: number): number => icc.readInt32BE(at) / 65_536;

const readXyz = (icc: Buffer, at: number | undefined): number[] => {
  if (at === undefined || icc.toString('latin1', at, at + 4) !== 'XYZ ') return [];
  return [8, 12, 16].map((offset) => fixed(icc, at + offset));
};

const isNear = (actual: number[], expected: number[]): boolean =>
  expected.every((value, i) => Math.abs((actual[i] ?? Infinity) - value) <= PRIMARY_TOLERANCE);

type Curve = (encoded: number) => number;

/** From what is stored to light, both 0 to 1. */
const readCurve = (icc: Buffer, at: number | undefined): Curve | undefined => {
  if (at === undefined) return undefined;
  switch (icc.toString('latin1', at, at + 4)) {
    case 'curv':
      return readTable(icc, at);
    case 'para':
      return readFormula(icc, at);
    default:
      return undefined;
  }
};

const readTable = (icc: Buffer, at: number): Curve | undefined => {
  const count = icc.readUInt32BE(at + 8);
  if (count < 2) return undefined; // a bare gamma is not sRGB's curve
  icc.readUInt16BE(at + 12 + 2 * (count - 1)); // throws where the table is cut off
  const value = (i: number) => icc.readUInt16BE(at + 12 + 2 * i) / 65_535;
  return (encoded) => {
    const place = encoded * (count - 1);
    const low = Math.min(Math.floor(place), count - 2);
    return value(low) + (value(low + 1) - value(low)) * (place - low);
  };
};

/** (a x + b) ^ g, and c x below d: the formula of ICC.1 for sRGB and its like. */
const readFormula = (icc: Buffer, at: number): Curve | undefined => {
  if (icc.readUInt16BE(at + 8) !== 3) return undefined;
  const [g = 0, a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3, 4].map((i) => fixed(icc, at + 12 + 4 * i));
  return (encoded) => (encoded >= d ? (a * encoded + b) ** g : c * encoded);
};

const isSrgbCurve = (curve: Curve | undefined): boolean =>
  curve !== undefined &&
  Array.from({ length: SAMPLES + 1 }, (_, i) => i / SAMPLES).every(
    (encoded) => Math.abs(encodeSrgb(curve(encoded)) - encoded) <= CURVE_TOLERANCE,
  );
