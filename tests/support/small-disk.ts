// A disk of a few megabytes that can be filled: a tmpfs in a mount namespace of its own, which ends with the test.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pidOf } from './pid-of.ts';

/** Mounts an empty disk on `folder`, for those who are run `under` it; as root on Linux. */
export const mountSmallDisk = async (folder: string, { megabytes, files }: { megabytes: number; files: number }) => {
  mkdirSync(folder, { recursive: true });
  const mount = `mount -t tmpfs -o size=${megabytes}m,nr_inodes=${files},mode=0755 none "$0" && echo mounted && exec sleep 900`;
  const holder = spawn('unshare', ['-m', 'sh', '-c', mount, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = pidOf(holder);
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('exit', () => reject(new Error('the small disk could not be mounted')));
  });
  const target = ['-t', String(pid), '-m'];
  /** The disk as it is seen from outside. */
  const seen = join(`/proc/${pid}/root`, folder);
  const filler = join(seen, 'filler');
  const empty: string[] = [];
  const remount = (how: 'ro' | 'rw') => {
    execFileSync('nsenter', [...target, 'mount', '-o', `remount,${how}`, folder]);
  };
  return {
    under: ['nsenter', ...target],
    /** Leaves so many bytes. */
    fillUpTo: (left: number): void => {
      untilFull(() => appendFileSync(filler, Buffer.alloc(64 * 1024)));
      truncateSync(filler, Math.max(0, statSync(filler).size - left));
    },
    /** Leaves room for so many more files and folders. */
    useUpFiles: (left: number): void => {
      untilFull(() => {
        writeFileSync(join(seen, `filler-${empty.length}`), '');
        empty.push(`filler-${empty.length}`);
      });
      for (const name of empty.splice(empty.length - left)) rmSync(join(seen, name));
    },
    makeReadOnly: (): void => remount('ro'),
    /** As it was, without what filled it. */
    clear: (): void => {
      remount('rw');
      for (const name of ['filler', ...empty.splice(0)]) rmSync(join(seen, name), { force: true });
    },
    unmount: (): void => void holder.kill('SIGKILL'),
  };
};

/** Does it again until the disk has no room for it; gives up after 10,000 times. */
const untilFull = (use: () => void): void => {
  for (let times = 0; times < 10_000; times += 1) {
    try {
      use();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
  throw new Error('the disk does not get full');
};
