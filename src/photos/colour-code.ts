/** What the numbers mean, as a file's 'nclx' box or the codec says it (ITU-T H.273). */
export type ColourCode = { primaries: number; transfer: number };
export const UNSPECIFIED = 2;

/** Matrices that make YCbCr of RGB by the usual formula; red and blue take this share of Y. */
export const LUMA: Record<number, readonly [red: number, blue: number]> = {
  1: [0.2126, 0.0722],
  5: [0.299, 0.114],
  6: [0.299, 0.114],
  9: [0.2627, 0.0593],
};

type Matrix = readonly (readonly [number, number, number])[];
type Light = (signal: number) => number;

/** From the light of other primaries (ITU-T H.273) to that of sRGB; both have the white D65. */
const P3_TO_SRGB: Matrix = [
  [1.2249, -0.2249, 0],
  [-0.042, 1.042, 0],
  [-0.0197, -0.0786, 1.0983],
];
const BT2020_TO_SRGB: Matrix = [
  [1.6605, -0.5877, -0.0728],
  [-0.1246, 1.133, -0.0084],
  [-0.0182, -0.1006, 1.1188],
];
const SAME: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const MATRICES: Record<number, Matrix> = { 9: BT2020_TO_SRGB, 11: P3_TO_SRGB, 12: P3_TO_SRGB };

/** Candela a square metre that count as white paper (ITU-R BT.2408); what is brighter is cut. */
const WHITE = 203;

const srgb: Light = (signal) => (signal <= 0.040_45 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4);

/** SMPTE ST 2084. */
const pq: Light = (signal) => {
  const root = signal ** (1 / 78.8438);
  return ((10_000 / WHITE) * (Math.max(root - 0.8359, 0) / (18.8516 - 18.6875 * root))) ** (1 / 0.1593);
};

/** ITU-R BT.2100 on a screen of 1,000 candela. */
const hlg: Light = (signal) => {
  const scene = signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - 0.5599) / 0.1788) + 0.2847) / 12;
  return (1000 / WHITE) * scene ** 1.2;
};

const LIGHTS: Record<number, Light> = { 16: pq, 18: hlg };

const STEPS = 4096;
const FINE_STEPS = 16_384; // dark tones need them

/** Changes red, green and blue, from 0 to 1, in place. */
export type ColourConverter = (rgb: Float32Array) => void;

/**
 * Converts pixels of `code` to sRGB in place: red, green, blue from 0 to 1, one after the other. Undefined where there is
 * nothing to do: the curves of video and of sRGB are so near that screens and browsers take one for the other.
 */
export const makeColourConverter = (code: ColourCode | undefined): ColourConverter | undefined => {
  const matrix = MATRICES[code?.primaries ?? 1];
  const light = LIGHTS[code?.transfer ?? 1];
  if (!matrix && !light) return undefined;
  const decode = Float32Array.from({ length: STEPS }, (_, i) => (light ?? srgb)(i / (STEPS - 1)));
  const encode = Float32Array.from({ length: FINE_STEPS }, (_, i) => encodeSrgb(i / (FINE_STEPS - 1)));
  const [[rr, rg, rb] = [1, 0, 0], [gr, gg, gb] = [0, 1, 0], [br, bg, bb] = [0, 0, 1]] = matrix ?? SAME;
  const lightOf = (signal = 0) => decode[Math.round(clamp(signal) * (STEPS - 1))] ?? 0;
  const signalOf = (amount: number) => encode[Math.round(clamp(amount) * (FINE_STEPS - 1))] ?? 0;
  return (rgb) => {
    for (let at = 0; at < rgb.length; at += 3) {
      const [r, g, b] = [lightOf(rgb[at]), lightOf(rgb[at + 1]), lightOf(rgb[at + 2])];
      rgb[at] = signalOf(rr * r + rg * g + rb * b);
      rgb[at + 1] = signalOf(gr * r + gg * g + gb * b);
      rgb[at + 2] = signalOf(br * r + bg * g + bb * b);
    }
  };
};

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

const encodeSrgb = (light: number): number =>
  light <= 0.003_130_8 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
