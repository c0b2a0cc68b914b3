const HEADER_BYTES = 128;
const MOST_TAGS = 100;
/** Red, green and blue of sRGB (IEC 61966-2-1), adapted to the white of profiles, D50: X, Y, Z. */
const PRIMARIES = { rXYZ: [0.4361, 0.2225, 0.0139], gXYZ: [0.3851, 0.7169, 0.0971], bXYZ: [0.1431, 0.0606, 0.7141] };
const CURVES = ['rTRC', 'gTRC', 'bTRC'];
/** Less than half a step of 255 in the picture: the profiles in use differ from each other by a tenth of it. */
const PRIMARY_TOLERANCE = 0.0015;
const CURVE_TOLERANCE = 0.5 / 255;
const SAMPLES = 64;

/**
 * Whether an ICC profile says what sRGB says, by its content: what it is called counts for nothing. Such pictures need no
 * conversion, which would cost a third more and change no pixel. A profile with tables of its own is none of these.
 */
export const isSrgbProfile = (icc: Buffer): boolean => {
  try {
    const kind = icc.toString('latin1', 12, 24);
    if (icc.toString('latin1', 36, 40) !== 'acsp' || !/^(mntr|spac|scnr)RGB XYZ $/.test(kind)) return false;
    const tags = readTags(icc);
    if ([...tags.keys()].some((name) => /^(A2B|B2A|D2B|B2D)\d$/.test(name))) return false;
    return (
      Object.entries(PRIMARIES).every(([name, expected]) => isNear(readXyz(icc, tags.get(name)), expected)) &&
      CURVES.every((name) => isSrgbCurve(readCurve(icc, tags.get(name))))
    );
  } catch {
    return false; // cut off: what its offsets point to is not there
  }
};

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

/** Light as sRGB stores it. */
const encode = (light: number): number => (light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055);

const isSrgbCurve = (curve: Curve | undefined): boolean =>
  curve !== undefined &&
  Array.from({ length: SAMPLES + 1 }, (_, i) => i / SAMPLES).every(
    (encoded) => Math.abs(encode(curve(encoded)) - encoded) <= CURVE_TOLERANCE,
  );
