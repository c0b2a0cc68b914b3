import { availableParallelism } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { makeDecoder } from '../../src/photos/decoder.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { startApp } from '../support/app.ts';
import { plain } from '../support/pictures.ts';
import { addSender, sendPhoto } from '../support/sender.ts';

test('R60: photos that wait for a slow disk keep nobody from being decoded, and are taken when it has come round', async () => {
  const real = makeDecoder({ logger: makeLogger({ level: 'silent' }) });
  const disk = Promise.withResolvers<undefined>();
  let decoded = 0;
  const decoder: typeof real = {
    ...real,
    compress: async (path, seen, to, whenDecoded) => {
      const written = await real.compress(path, seen, to, () => {
        decoded += 1;
        whenDecoded?.();
      });
      await disk.promise;
      return written;
    },
  };
  const app = await startApp({ env: { RATE_LIMIT_SCALE: '0' }, decoder });
  onTestFinished(() => app.stop());
  const photo = await plain(600, 800).jpeg().toBuffer();
  const many = availableParallelism() + 2; // more than may be decoded at once
  const senders = await Promise.all(Array.from({ length: many }, () => addSender(app)));
  const answers = Promise.all(senders.map((sender) => sendPhoto(sender, photo)));
  await expect.poll(() => decoded, { timeout: 10_000 }).toBe(many);
  await expect.poll(app.decodes.load).toMatchObject({ running: 0, waiting: 0 });
  expect(await app.db('photos')).toEqual([]);

  disk.resolve(undefined);
  expect((await answers).map(({ status }) => status)).toEqual(senders.map(() => 303));
  expect(await app.db('photos')).toHaveLength(many);
});
