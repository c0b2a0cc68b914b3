import { createRequire } from 'node:module';
import type * as QrCode from 'qrcode';

/** A QR code as one SVG path: modules are unit squares, the grid is `size` units wide; the margin is the view's. */
export type QrPicture = { path: string; size: number };

/**
 * Level M: 15 % may be damaged, since letters are folded and screens reflect. One of the eight masks for all: looking
 * for the prettiest, and for a mixture of modes that a link never gains by, took 20 times as long (1.4 against 0.06 ms).
 */
const OPTIONS = { errorCorrectionLevel: 'M', maskPattern: 3 } as const satisfies QrCode.QRCodeOptions;

const require = createRequire(import.meta.url);
/** Loaded with the first code: it brings 57 files, most of them for pictures that are not drawn here. */
const library = () => require('qrcode') as typeof QrCode;

/**
 * The onboarding link as a QR code. Gives geometry, no markup: views/partials/qr.ejs draws it in a page,
 * http/presenters/link-qr-svg.ts as a picture.
 */
export const linkQr = (url: string): QrPicture => {
  const { size, data } = library().create([{ data: Buffer.from(url), mode: 'byte' }], OPTIONS).modules;
  const dark = (x: number, y: number) => x < size && data[y * size + x] === 1;
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!dark(x, y)) continue;
      let width = 1;
      while (dark(x + width, y)) width++;
      path += `M${x} ${y}h${width}v1h-${width}z`;
      x += width;
    }
  }
  return { path, size };
};
