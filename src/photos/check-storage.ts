import { open, unlink } from 'node:fs/promises';
import { cached } from '../platform/cached.ts';
import type { Clock } from '../platform/clock.ts';
import type { ObjectStore } from '../platform/object-store.ts';
import type { PhotoFiles } from './photo-files.ts';

type Deps = {
  files: Pick<PhotoFiles, 'temporaryPath' | 'mode'>;
  store: Pick<ObjectStore, 'check'> | undefined;
  clock: Clock;
};

/** Each call to S3 costs a little, and balancers ask every few seconds. A failure is not remembered. */
const STORE_MS = 30_000;

/**
 * Whether a photo could be kept now: a probe file is written, fsynced and removed, and S3 is asked where photos are kept there.
 * Throws what the disk or the store says. With STORAGE=mirror an S3 that is away holds nobody up.
 */
export const makeCheckStorage = ({ files, store, clock }: Deps) => {
  const checkStore = cached(() => store?.check() ?? Promise.resolve(), { ms: STORE_MS, clock });
  return async (): Promise<void> => {
    const path = files.temporaryPath();
    const probe = await open(path, 'wx', 0o600);
    try {
      await probe.writeFile('probe');
      await probe.sync();
    } finally {
      await probe.close();
      await unlink(path);
    }
    if (files.mode === 's3') await checkStore('s3');
  };
};
