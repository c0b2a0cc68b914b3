import { type CheckCode, checkCodes, type PhotoCheck, verdictOf } from '../../src/photos/photo-check.ts';
import type { App } from './app.ts';

/** What the checks said of a photo: all was well, but for what is given; `value` is what was measured. */
export const saying = (
  said: Partial<Record<CheckCode, { level: PhotoCheck['level']; value?: number }>> = {},
): PhotoCheck[] =>
  checkCodes
    .filter((code) => code !== 'no-face' || said['no-face'])
    .map((code) => ({ code, level: 'ok', value: code === 'face-too-small' ? 365 : 0, limit: 0, ...said[code] }));

/** What Maria's first try is like. */
export const darkAndTwo = saying({ 'too-dark': { level: 'advice' }, 'several-faces': { level: 'advice', value: 2 } });

/**
 * As if the checker had said so of a photo, under its parent's lock as everybody does; `anyway`: the parent sent it in
 * spite of advice.
 */
export const giveChecks = async (app: App, photoId: number, checks = saying(), { anyway = false } = {}) =>
  app.db.transaction(async (trx) => {
    const photo = await trx('photos').where({ id: photoId }).first<{ parent_id: string } | undefined>('parent_id');
    await app.parents.lock(trx, Number(photo?.parent_id ?? 0));
    const now = new Date();
    await trx('photos')
      .where({ id: photoId })
      .update({
        checks: JSON.stringify(checks),
        checks_verdict: verdictOf(checks),
        checked_at: now,
        sent_anyway_at: anyway ? now : null,
      });
  });

/** How often checks spoke in the first school: advised, better photo, sent anyway, then approved. */
const counts: [code: string, ...numbers: [number, number, number, number]][] = [
  ['', 181, 104, 77, 40],
  ['too-dark', 58, 37, 21, 7],
  ['face-too-small', 44, 33, 11, 3],
  ['blurred', 31, 19, 12, 4],
  ['several-faces', 27, 23, 4, 1],
  ['turned', 26, 8, 18, 17],
  ['no-face', 14, 9, 5, 4],
];

export const giveCounts = async (app: App): Promise<void> => {
  const { id: school_id } = await app.db('schools').orderBy('id').first<{ id: string }>('id');
  const rest = { school_id, day: new Date(), looked: 512, hinted: 0 };
  await app
    .db('check_counts')
    .insert(
      counts.map(([code, advised, better, anyway, approved]) => ({ ...rest, code, advised, better, anyway, approved })),
    );
};
