/** A component as the frame header has it: its sampling factors `h` and `v`, from 1 to 4, and the place of its quantization table. */
export type FrameComponent = { id: number; h: number; v: number; quantization: number };

/** Of how many bits the samples are, and how the file is coded, is settled: 8, and Huffman codes. */
export type Frame = { isProgressive: boolean; width: number; height: number; components: readonly FrameComponent[] };

const PROGRESSIVE = 0xc2;

/** ITU-T T.81, table B.1: baseline, extended sequential and progressive; all others are lossless, hierarchical or arithmetic. */
const READABLE: readonly number[] = [0xc0, 0xc1, PROGRESSIVE];

/** DHT, JPG and DAC lie among the markers of frames. */
const NO_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc];

export const isFrameMarker = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);

/**
 * The frame that the segment of `marker` describes; `body` is what follows its length (T.81, B.2.2). Throws for kinds that are
 * not read, 12 bits a sample, more than four components, and a height that only comes behind the first scan (B.2.5).
 */
export const readFrame = (marker: number, body: Buffer): Frame => {
  if (!READABLE.includes(marker)) throw new Error('a JPEG of a kind that is not read');
  const count = body[5] ?? 0;
  if (count < 1 || count > 4 || body.length !== 6 + 3 * count) throw new Error('a frame header of a wrong length');
  const [bits, height, width] = [body[0], body.readUInt16BE(1), body.readUInt16BE(3)];
  if (bits !== 8 || height === 0 || width === 0) throw new Error('samples or sides that are not read');
  const components = Array.from({ length: count }, (_, i) => readComponent(body.subarray(6 + 3 * i)));
  if (new Set(components.map(({ id }) => id)).size < count) throw new Error('two components of one name');
  return { isProgressive: marker === PROGRESSIVE, width, height, components };
};

const readComponent = ([id = 0, factors = 0, quantization = 0]: Uint8Array): FrameComponent => {
  const [h, v] = [factors >> 4, factors & 15];
  if (h < 1 || h > 4 || v < 1 || v > 4 || quantization > 3) throw new Error('a component out of its range');
  return { id, h, v, quantization };
};
