// The one door to libheif, compiled to WebAssembly: the functions of its C interface, called with addresses in its memory.
import libheif from 'libheif-js/wasm-bundle.js';
import { type ColourCode, LUMA, UNSPECIFIED } from './colour-code.ts';

/** Of libheif's enumerations, what is used here. */
const UNDEFINED = 99;
const YCBCR = 0;
const RGB = 1;
const RGBA_INTERLEAVED = 11;
const CHANNELS = { y: 0, cb: 1, cr: 2 };
const INTERLEAVED = 10;

/** One component of a picture in the library's memory, valid until `free`: lines of `stride` samples, `width` of them used. */
export type Plane = { samples: Uint8Array | Uint16Array; width: number; height: number; stride: number; bits: number };

/** Decoded, upright. `planes` as they are in the codec, or `rgba` where they are of a rarer kind. */
export type HeifPixels = { code: ColourCode | undefined } & (
  | {
      kind: 'planes';
      planes: [y: Plane, cb: Plane, cr: Plane];
      luma: readonly [red: number, blue: number];
      full: boolean;
    }
  | { kind: 'rgba'; plane: Plane }
);

/** Its memory: another view of it whenever it has grown. */
const memory = () => libheif.HEAPU8 as Uint8Array;
const WORD = 4;
const ERROR_BYTES = 12;

/**
 * Opens the primary picture of a HEIF file. `width` and `height` are those of the upright picture, known before anything is decoded;
 * rotation and mirroring are applied by `decode`, so an orientation in EXIF has been obeyed already. Throws when it cannot be read.
 */
export const openHeif = (bytes: Uint8Array) => {
  const scratch = libheif._malloc(ERROR_BYTES + 2 * WORD);
  const out = scratch + ERROR_BYTES;
  const word = (at: number): number => (libheif.HEAPU32 as Uint32Array)[at / WORD] ?? 0;
  const byte = (at: number): number => memory()[at] ?? 0;
  const isOk = (): boolean => word(scratch) === 0;
  const check = (doing: string): void => {
    if (!isOk()) throw new Error(`${doing}: error ${word(scratch)}.${word(scratch + WORD)}`);
  };

  const context = libheif._heif_context_alloc();
  const copy = libheif._malloc(bytes.length);
  if (context === 0 || copy === 0) throw new Error('no memory');
  memory().set(bytes, copy);
  libheif._heif_context_read_from_memory_without_copy(scratch, context, copy, bytes.length, 0);
  check('read');
  libheif._heif_context_get_primary_image_handle(scratch, context, out);
  check('primary picture');
  const handle = word(out);

  const decodeAs = (colourspace: number, chroma: number): number => {
    libheif._heif_decode_image(scratch, handle, out, colourspace, chroma, 0);
    check('decode');
    return word(out);
  };

  const planeOf = (image: number, channel: number): Plane => {
    const at = libheif._heif_image_get_plane_readonly2(image, channel, out);
    const [stride, width, height] = [
      word(out),
      libheif._heif_image_get_width(image, channel),
      heightOf(image, channel),
    ];
    if (at === 0 || width <= 0 || height <= 0) throw new Error('no pixels');
    const bits = channel === INTERLEAVED ? 8 : libheif._heif_image_get_bits_per_pixel_range(image, channel);
    const { buffer } = memory();
    if (bits <= 8) return { samples: new Uint8Array(buffer, at, stride * height), width, height, stride, bits };
    return { samples: new Uint16Array(buffer, at, (stride / 2) * height), width, height, stride: stride / 2, bits };
  };
  const heightOf = (image: number, channel: number): number => libheif._heif_image_get_height(image, channel);

  /** The numbers of an 'nclx' description that `read` leaves behind, if there is one. */
  const nclxBy = (read: () => void) => {
    read();
    if (!isOk()) return undefined;
    const at = word(out);
    const nclx = { primaries: word(at + 4), transfer: word(at + 8), matrix: word(at + 12), full: byte(at + 16) !== 0 };
    libheif._heif_nclx_color_profile_free(at);
    return nclx;
  };

  return {
    width: libheif._heif_image_handle_get_width(handle),
    height: libheif._heif_image_handle_get_height(handle),

    /** The embedded ICC profile, if there is one. */
    profile: (): Buffer | undefined => {
      const size = libheif._heif_image_handle_get_raw_color_profile_size(handle);
      if (size === 0) return undefined;
      const at = libheif._malloc(size);
      libheif._heif_image_handle_get_raw_color_profile(scratch, handle, at);
      return isOk() ? Buffer.from(memory().slice(at, at + size)) : undefined;
    },

    decode: (): HeifPixels => {
      const hasAlpha = libheif._heif_image_handle_has_alpha_channel(handle) !== 0;
      const image = decodeAs(UNDEFINED, UNDEFINED);
      const ofCodec = nclxBy(() => libheif._heif_image_get_nclx_color_profile(scratch, image, out));
      const ofFile = nclxBy(() => libheif._heif_image_handle_get_nclx_color_profile(scratch, handle, out));
      const code = ofFile ?? ofCodec;
      // Where nobody says it, it is BT.601 in full range: so does libheif, and so do iPhones, which leave it out.
      const full = (ofCodec ?? ofFile)?.full ?? true;
      const matrix = [ofCodec, ofFile].find((nclx) => nclx && nclx.matrix !== UNSPECIFIED)?.matrix ?? 6;
      const luma = LUMA[matrix];
      if (!hasAlpha && luma && libheif._heif_image_get_colorspace(image) === YCBCR) {
        const planes = [CHANNELS.y, CHANNELS.cb, CHANNELS.cr].map((channel) => planeOf(image, channel));
        return { kind: 'planes', planes: planes as [Plane, Plane, Plane], luma, full, code };
      }
      libheif._heif_image_release(image);
      const rgba = decodeAs(RGB, RGBA_INTERLEAVED);
      return { kind: 'rgba', plane: planeOf(rgba, INTERLEAVED), code };
    },
  };
};
