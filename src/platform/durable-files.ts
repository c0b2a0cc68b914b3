import { mkdir, open } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

/** Writes a new file that only its owner may read; when it resolves, the bytes are on disk. Rejects when `path` exists. */
export const writeDurably = async (path: string, bytes: Buffer): Promise<void> => {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Puts on disk what a file holds, whoever wrote it; also tells of a write-back that failed after the writer had closed it. */
export const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Puts the names in `folder` on disk: a new, renamed or removed file is safe only after this. */
export const syncFolder = (folder: string): Promise<void> => syncFile(folder);

/**
 * Folders under `root` that survive a power failure. `ensure` makes one with its parents, for their owner alone, and puts
 * their names on disk; each only once, but also when another process made it, for that one may not have got so far.
 * `forget` makes it look again; whoever meets an error below the root calls it, for somebody may have removed folders.
 */
export const makeDurableFolders = (root: string) => {
  const top = resolve(root);
  const known = new Map<string, Promise<void>>();

  const make = async (folder: string): Promise<void> => {
    if (folder !== top) await ensure(dirname(folder));
    // Usually itself or none; more are made above the root, and where somebody has removed what was there.
    const first = (await mkdir(folder, { recursive: true, mode: 0o700 })) ?? folder;
    let above = folder;
    do {
      above = dirname(above);
      await syncFolder(above);
    } while (above !== dirname(first));
  };

  const ensure = (path: string): Promise<void> => {
    const folder = resolve(path);
    if (folder !== top && !folder.startsWith(join(top, sep))) throw new Error('A folder must be below its root');
    const before = known.get(folder);
    if (before) return before;
    const making = make(folder);
    known.set(folder, making);
    making.catch(() => known.delete(folder));
    return making;
  };

  return { ensure, forget: (): void => known.clear() };
};
