import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compressImage } from './compress-image.ts';
import type { FaceChecker } from './face-checker.ts';
import { inspectImage } from './inspect-image.ts';
import { judgePhoto } from './judge-photo.ts';
import type { PhotoCheck } from './photo-check.ts';
import { type Variant, variants, varyPicture } from './vary-picture.ts';

/** What was said of one picture. */
export type MeasuredPicture = {
  name: string;
  variant: Variant | 'as it is';
  checks: PhotoCheck[];
  faces: number;
  cpuMs: number;
};
type MeasuredFolder = {
  pictures: MeasuredPicture[];
  /** Why a file would not have been taken. */
  refused: { name: string; reason: string }[];
};

type Options = { checker: FaceChecker; spoil: boolean };

/**
 * Looks at every picture in a folder as at a photo that a parent sends; with `spoil` also at worse copies of it. Those that are
 * too small to be taken are measured all the same.
 */
export const measureFolder = async (folder: string, { checker, spoil }: Options): Promise<MeasuredFolder> => {
  const measured: MeasuredFolder = { pictures: [], refused: [] };
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
  for (const name of names.sort()) {
    const stored = await asStored(join(folder, name));
    if (!stored.ok) {
      measured.refused.push({ name, reason: stored.reason });
      continue;
    }
    for (const variant of spoil ? (['as it is', ...variants] as const) : (['as it is'] as const)) {
      const jpeg = variant === 'as it is' ? stored.value.full : await varyPicture(stored.value.full, variant);
      const answer = await checker.measure(jpeg, { patient: true });
      if (!answer.ok) throw new Error(`the face checker gave no answer for ${name}`);
      const { faces, cpuMs } = answer.value;
      const checks = judgePhoto(answer.value, stored.value);
      measured.pictures.push({ name, variant, checks, faces: faces?.length ?? 0, cpuMs });
    }
  }
  return measured;
};

const asStored = async (path: string) => {
  const seen = await inspectImage(path);
  if (seen.ok) return compressImage(path, seen.value);
  if (seen.reason !== 'too-small') return seen;
  const small = { format: 'jpeg', colours: { isDeep: false, isSrgb: false } } as const;
  return compressImage(path, small);
};
