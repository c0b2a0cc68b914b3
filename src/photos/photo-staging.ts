// A photo's journey ⑤ to ⑥: files beside their place
import { randomUUID } from 'node:crypto';
import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.ts';
import { makeDurableFolders, syncFile, writeDurably } from '../platform/durable-files.ts';
import { isDead, isElsewhere } from '../platform/instance.ts';
import type { Result } from '../shared/result.ts';
import { orIfMissing } from './or-if-missing.ts';
import { portraitFile } from './photo-keys.ts';
import type { Staged } from './photo-place.ts';

/** Paths for the three files of a new photo. */
export type NewFiles = { full: string; thumb: string; portrait: string };

type Deps = {
  uploadsDir: string;
  /** Ours, by `instanceName()`. */
  instance: string;
  clock: Clock;
};

const STRAY_AFTER_MS = 60 * 60 * 1000; // no upload takes an hour

/**
 * Temporary files in `<uploadsDir>/tmp/<instance>/`, on the volume of the photos, so that a rename is atomic, and on a local
 * disk wherever photos are kept. What a promise of `stage` has fulfilled is on disk even if the power fails.
 */
export const makePhotoStaging = ({ uploadsDir, instance, clock }: Deps) => {
  if (!/^\w[\w.-]*$/.test(instance)) throw new Error('An instance name must be a plain file name');
  const temporaryDir = join(uploadsDir, 'tmp');
  const ownDir = join(temporaryDir, instance);
  const folders = makeDurableFolders(uploadsDir);

  const temporaryPath = (): string => join(ownDir, `${randomUUID()}.part`);

  const discard = async (staged: { path: string }[]): Promise<void> => {
    await Promise.all(staged.map(({ path }) => rm(path, { force: true })));
  };

  /** The temporary files of `owner` that surely nobody needs. */
  const straysOf = async (owner: string): Promise<string[]> => {
    const paths = (await namesIn(join(temporaryDir, owner))).map((name) => join(temporaryDir, owner, name));
    if (isDead(owner)) return paths;
    if (!isElsewhere(owner)) return [];
    const before = clock.now().getTime() - STRAY_AFTER_MS;
    const times = await Promise.all(paths.map(modifiedAt));
    return paths.filter((_, i) => (times[i] ?? Infinity) < before);
  };

  return {
    /** Makes the folder, for its owner alone. */
    prepare: () => folders.ensure(ownDir),

    /** A fresh path for an upload that comes in. */
    temporaryPath,

    /**
     * Lets `write` make the files of a new photo beside their place, its first portrait too, and puts them on disk. Gives what
     * `write` gives; leaves nothing when that is not ok, or rejects.
     */
    stage: async <T, Reason extends string>(
      write: (to: NewFiles) => Promise<Result<T, Reason>>,
    ): Promise<Result<{ made: T; staged: Staged }, Reason>> => {
      const to = { full: temporaryPath(), thumb: temporaryPath(), portrait: temporaryPath() };
      const staged: Staged = [
        { file: 'full', path: to.full },
        { file: 'thumb', path: to.thumb },
        { file: portraitFile(1), path: to.portrait },
      ];
      let isWhole = false;
      try {
        const written = await write(to);
        if (!written.ok) return written;
        await Promise.all(staged.map(({ path }) => syncFile(path)));
        isWhole = true;
        return { ok: true, value: { made: written.value, staged } };
      } finally {
        if (!isWhole) await discard(staged);
      }
    },

    /** Writes one file, a further portrait for instance, beside its place. */
    stageBytes: async (bytes: Buffer): Promise<{ path: string }> => {
      const staged = { path: temporaryPath() };
      try {
        await writeDurably(staged.path, bytes);
        return staged;
      } catch (error) {
        await discard([staged]);
        throw error;
      }
    },

    /** Removes staged files, those that are left of them. */
    discard,

    /**
     * Finds the temporary files that crashes left behind, of dead processes and, after an hour, of those that cannot be
     * seen from here; removes them unless told not to, and gives how many there were.
     */
    sweepTemporary: async ({ remove = true } = {}): Promise<number> => {
      let found = 0;
      for (const owner of await namesIn(temporaryDir)) {
        const paths = await straysOf(owner);
        found += paths.length;
        if (!remove) continue;
        for (const path of paths) await rm(path, { force: true });
        if (isDead(owner)) await orIfMissing(rmdir(join(temporaryDir, owner)), undefined);
      }
      return found;
    },
  };
};

const namesIn = (folder: string): Promise<string[]> => orIfMissing(readdir(folder), []);

const modifiedAt = (path: string): Promise<number | undefined> =>
  orIfMissing(
    stat(path).then(({ mtimeMs }) => mtimeMs),
    undefined,
  );
