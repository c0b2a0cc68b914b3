import { compressImage } from '../../src/photos/compress-image.ts';
import { type Decoder, makeDecoder } from '../../src/photos/decoder.ts';
import { inspectImage } from '../../src/photos/inspect-image.ts';
import { writeCompressed } from '../../src/photos/write-compressed.ts';
import { makeLogger } from '../../src/platform/logger.ts';

/** Decodes in this process instead of one of its own, so that a faulty disk of the test is its disk too. */
export const makeNearDecoder = (): Decoder => ({
  ...makeDecoder({ logger: makeLogger({ level: 'silent' }) }),
  inspect: inspectImage,
  compress: async (path, seen, to) => writeCompressed(await compressImage(path, seen), to),
});
