import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePhotoFiles, type PhotoFiles } from '../../src/photos/photo-files.ts';
import type { Staged } from '../../src/photos/photo-place.ts';
import type { NewFiles } from '../../src/photos/photo-staging.ts';
import { instanceName } from '../../src/platform/instance.ts';

/** What stands for the three pictures of a photo. */
export const threePictures = {
  full: Buffer.from('the full picture'),
  thumb: Buffer.from('its thumbnail'),
  portrait: Buffer.from('its portrait'),
};

/** An uploads folder of its own, below a temporary one, and the files of photos in it. */
export const openUploads = async (): Promise<{ uploadsDir: string; files: PhotoFiles }> => {
  const uploadsDir = join(await mkdtemp(join(tmpdir(), 'files-')), 'uploads');
  const files = makePhotoFiles({ uploadsDir, instance: instanceName() });
  await files.prepare();
  return { uploadsDir, files };
};

/** Every file below a folder, by its path from there. */
export const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
};

/** Writes the three files as the decoder does. */
export const writeThree = async (to: NewFiles, { full, thumb, portrait } = threePictures) => {
  await writeFile(to.full, full, { mode: 0o600 });
  await writeFile(to.thumb, thumb, { mode: 0o600 });
  await writeFile(to.portrait, portrait, { mode: 0o600 });
  return { ok: true, value: 'made' } as const;
};

export const stageThree = async (files: PhotoFiles, pictures = threePictures): Promise<Staged> => {
  const outcome = await files.stage((to) => writeThree(to, pictures));
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value.staged;
};
