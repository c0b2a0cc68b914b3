import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Decoder, makeDecoder } from '../../src/photos/decoder.ts';
import { type Inspected, inspectImage } from '../../src/photos/inspect-image.ts';
import type { NewFiles } from '../../src/photos/photo-staging.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { scene } from './pictures.ts';

const odd = new URL('./odd-decoder.ts', import.meta.url);

type Options = Partial<Parameters<typeof makeDecoder>[0]>;

/** A folder with a photo for the decoders of one test file, and decoders that mind the names of pictures. */
export const useOddDecoders = () => {
  const made = { folder: '', good: '', seen: undefined as unknown as Inspected };
  let count = 0;
  beforeAll(async () => {
    made.folder = await mkdtemp(join(tmpdir(), 'decoder-'));
    made.good = join(made.folder, 'good.jpg');
    await writeFile(made.good, await scene(800, 600).jpeg().toBuffer());
    const inspected = await inspectImage(made.good);
    if (!inspected.ok) throw new Error(inspected.reason);
    made.seen = inspected.value;
  });
  afterAll(() => rm(made.folder, { recursive: true }));

  /** The photo under a name that the odd decoder minds. */
  const named = async (name: string): Promise<string> => {
    const path = join(made.folder, `${name}-${(count += 1)}.jpg`);
    await copyFile(made.good, path);
    return path;
  };

  /** Where a decoder writes: a folder of its own each time. */
  const somewhere = async (): Promise<NewFiles> => {
    const to = join(made.folder, `to-${(count += 1)}`);
    await mkdir(to);
    return { full: join(to, 'full'), thumb: join(to, 'thumb'), portrait: join(to, 'portrait') };
  };

  /** A decoder that ends with the test; without `script` the odd one. */
  const start = async (options: Options = {}): Promise<Decoder> => {
    const decoder = makeDecoder({ logger: makeLogger({ level: 'silent' }), script: odd, ...options });
    onTestFinished(() => decoder.stop());
    await decoder.warmUp();
    return decoder;
  };

  const compress = async (decoder: Decoder, name: string) =>
    decoder.compress(await named(name), made.seen, await somewhere());

  return { made, named, somewhere, start, compress };
};
