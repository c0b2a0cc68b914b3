// The decoder's program, but pictures with certain names do harm when they are decoded, or once when they are written.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answerAsks } from '../../src/platform/side-process-answers.ts';
import { compressImage } from '../../src/photos/compress-image.ts';
import type { DecoderAsk } from '../../src/photos/decoder-process.ts';
import { inspectImage } from '../../src/photos/inspect-image.ts';
import { writeCompressed } from '../../src/photos/write-compressed.ts';

const held: Buffer[] = [];

const harm = async (name: string): Promise<void> => {
  switch (name.split('-')[0] ?? '') {
    case 'slow':
      await wait(300);
      break;
    case 'crash':
      await wait(100);
      process.kill(process.pid, 'SIGSEGV');
      break;
    case 'spin': // holds up everything else in the process
      await wait(100);
      for (;;);
    case 'hang': // holds up nothing
      await wait(60_000);
      break;
    case 'eat':
      for (let mb = 0; mb < 1000; mb += 50) {
        held.push(Buffer.alloc(50 * 1024 * 1024, 1));
        await wait(10);
      }
  }
};

answerAsks(async (message, blameless) => {
  const ask = message as DecoderAsk;
  if (ask.do === 'warm-up') return undefined;
  if (ask.do === 'crop-portrait') return harm('crash');
  const name = basename(ask.path);
  if (name.startsWith('header-')) await harm(name.slice('header-'.length));
  if (ask.do === 'inspect') return inspectImage(ask.path);
  await harm(name);
  const image = await compressImage(ask.path, ask.seen).finally(blameless);
  const written = await writeCompressed(image, ask.to);
  if (name.startsWith('written-') && !existsSync(`${ask.path}.met`)) {
    await writeFile(`${ask.path}.met`, '');
    await harm(name.slice('written-'.length));
  }
  return written;
});
