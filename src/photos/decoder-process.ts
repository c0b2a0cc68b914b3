// The program of the decoder (decoder.ts): the only place where a file that a stranger sent is decoded.
import { flushCompileCache } from 'node:module';
import { answerAsks } from '../platform/side-process-answers.ts';
import { compressImage } from './compress-image.ts';
import { cropPortrait } from './crop-portrait.ts';
import { openPicture, openPixels, readHeader } from './image-library.ts';
import { type Inspected, inspectImage } from './inspect-image.ts';
import type { NewFiles } from './photo-staging.ts';
import type { PortraitCrop } from './portrait-crop.ts';
import { writeCompressed } from './write-compressed.ts';

export type DecoderAsk =
  | { do: 'inspect'; path: string }
  | { do: 'compress'; path: string; seen: Inspected; to: NewFiles }
  /** Undefined when `full`, a stored picture, is broken. */
  | { do: 'crop-portrait'; full: Uint8Array; crop: PortraitCrop }
  /** Loads and runs everything once. */
  | { do: 'warm-up' };

/** The system's code (ENOSPC, ...) of what kept a picture from being written: not the picture's fault. */
export type NotWritten = { ok: false; reason: 'not-written'; code: string };

answerAsks(async (message, blameless) => {
  const ask = message as DecoderAsk;
  switch (ask.do) {
    case 'inspect':
      return inspectImage(ask.path);
    case 'compress':
      return writeCompressed(await compressImage(ask.path, ask.seen).finally(blameless), ask.to).catch(notWritten);
    case 'crop-portrait':
      return cropPortrait(Buffer.from(ask.full.buffer, ask.full.byteOffset, ask.full.byteLength), ask.crop).catch(
        () => undefined,
      );
    case 'warm-up':
      return warmUp();
  }
});

const notWritten = (error: NodeJS.ErrnoException): NotWritten => {
  if (error.code === undefined) throw error; // not the disk's fault either
  return { ok: false, reason: 'not-written', code: error.code };
};

const warmUp = async (): Promise<void> => {
  const grey = { data: Buffer.alloc(64 * 64 * 3, 128), info: { width: 64, height: 64, channels: 3 } } as const;
  const jpeg = await openPixels(grey).jpeg().toBuffer();
  await readHeader(jpeg);
  await openPicture(jpeg, { failOn: 'warning', isDeep: false }).resize(32).raw().toBuffer();
  flushCompileCache(); // now, for this process is not ended gently
};
