// libde265, which comes inside libheif: asked directly where the copy that libheif makes of every picture would not fit.
import libheif from 'libheif-js/wasm-bundle.js';
import type { Plane } from '../heif-library.ts';

/** A decoded frame, valid until `free`: one component or three, as they are in the codec. */
export type HevcFrame = {
  planes: Plane[];
  code: { primaries: number; transfer: number; matrix: number; full: boolean };
  free: () => void;
};

const WORD = 4;
/** From libde265's list of errors: it waits for data, of which there is no more. */
const WAITING = 13;
/** An honest picture is one access unit: pushed, flushed and decoded in a few steps. */
const MAX_STEPS = 1000;

/** `config`, the item's 'hvcC' box, and `data`, its pieces with their lengths before them (ISO 14496-15), as one frame. Throws when there is none. */
export const decodeHevc = (config: Buffer, data: Buffer): HevcFrame => {
  const decoder = libheif._de265_new_decoder();
  if (decoder === 0) throw new Error('no memory');
  try {
    for (const unit of unitsOf(config, data)) push(decoder, unit);
    libheif._de265_flush_data(decoder);
    return readFrame(decoder, decodeOne(decoder));
  } catch (error) {
    libheif._de265_free_decoder(decoder);
    throw error;
  }
};

/** The parameter sets of the configuration, then what the item holds. */
function* unitsOf(config: Buffer, data: Buffer): Generator<Buffer> {
  const lengthBytes = (config.readUInt8(21) & 3) + 1;
  let at = 23;
  for (let arrays = config.readUInt8(22); arrays > 0; arrays -= 1) {
    const count = config.readUInt16BE(at + 1);
    at += 3;
    for (let n = 0; n < count; n += 1) {
      yield piece(config, at + 2, config.readUInt16BE(at));
      at += 2 + config.readUInt16BE(at);
    }
  }
  for (at = 0; at + lengthBytes < data.length;) {
    const length = data.readUIntBE(at, lengthBytes);
    yield piece(data, at + lengthBytes, length);
    at += lengthBytes + length;
  }
}

const piece = (bytes: Buffer, start: number, length: number): Buffer => {
  if (start + length > bytes.length) throw new Error('a piece is cut');
  return bytes.subarray(start, start + length);
};

const push = (decoder: number, unit: Buffer): void => {
  if (unit.length === 0) return;
  const at = libheif._malloc(unit.length);
  if (at === 0) throw new Error('no memory');
  (libheif.HEAPU8 as Uint8Array).set(unit, at);
  const failed = libheif._de265_push_NAL(decoder, at, unit.length, 0, 0, 0); // which copies it
  libheif._free(at);
  if (failed !== 0) throw new Error(`push: error ${failed}`);
};

/** The address of the first frame. */
const decodeOne = (decoder: number): number => {
  const more = libheif._malloc(WORD);
  try {
    for (let step = 0; step < MAX_STEPS; step += 1) {
      const failed = libheif._de265_decode(decoder, more);
      if (failed !== 0 && failed !== WAITING) throw new Error(`decode: error ${failed}`);
      const frame = libheif._de265_get_next_picture(decoder);
      if (frame !== 0) return frame;
      if ((libheif.HEAPU32 as Uint32Array)[more / WORD] === 0) break;
    }
    throw new Error('no frame');
  } finally {
    libheif._free(more);
  }
};

const readFrame = (decoder: number, frame: number): HevcFrame => {
  const components = libheif._de265_get_chroma_format(frame) === 0 ? 1 : 3;
  return {
    planes: Array.from({ length: components }, (_, component) => planeOf(frame, component)),
    code: {
      primaries: libheif._de265_get_image_colour_primaries(frame),
      transfer: libheif._de265_get_image_transfer_characteristics(frame),
      matrix: libheif._de265_get_image_matrix_coefficients(frame),
      full: libheif._de265_get_image_full_range_flag(frame) !== 0,
    },
    free: () => void libheif._de265_free_decoder(decoder),
  };
};

const planeOf = (frame: number, component: number): Plane => {
  const scratch = libheif._malloc(WORD);
  const at = libheif._de265_get_image_plane(frame, component, scratch);
  const stride = (libheif.HEAPU32 as Uint32Array)[scratch / WORD] ?? 0;
  libheif._free(scratch);
  const width = libheif._de265_get_image_width(frame, component);
  const height = libheif._de265_get_image_height(frame, component);
  const bits = libheif._de265_get_bits_per_pixel(frame, component);
  if (at === 0 || width <= 0 || height <= 0) throw new Error('no pixels');
  const { buffer } = libheif.HEAPU8 as Uint8Array;
  if (bits <= 8) return { samples: new Uint8Array(buffer, at, stride * height), width, height, stride, bits };
  return { samples: new Uint16Array(buffer, at, (stride / 2) * height), width, height, stride: stride / 2, bits };
};
