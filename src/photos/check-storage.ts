import { open, unlink } from 'node:fs/promises';
import type { PhotoFiles } from './photo-files.ts';

/** Whether a photo could be kept now: a probe file is written, fsynced and removed. Throws what the disk says. */
export const makeCheckStorage =
  ({ files }: { files: Pick<PhotoFiles, 'temporaryPath'> }) =>
  async (): Promise<void> => {
    const path = files.temporaryPath();
    const probe = await open(path, 'wx', 0o600);
    try {
      await probe.writeFile('probe');
      await probe.sync();
    } finally {
      await probe.close();
      await unlink(path);
    }
  };
