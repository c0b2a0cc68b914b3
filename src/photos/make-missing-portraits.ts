import type { Db } from '../platform/db.ts';
import type { ChangePortrait } from './change-portrait.ts';
import { centreCrop } from './portrait-crop.ts';

type Deps = { db: Db; changePortrait: ChangePortrait };
type Row = { id: string; school_id: string; width: number; height: number };

/**
 * Makes the portraits of photos that came before there were any, at most `limit` a call (about 10 CPU-ms each), oldest first,
 * and gives how many. What is done is in the rows, so it goes on where it or another process stopped. A photo whose full
 * picture is broken is passed by until all others were tried.
 */
export const makeMissingPortraits = ({ db, changePortrait }: Deps) => {
  let after = '0';
  return async ({ limit = 50, stopping }: { limit?: number; stopping?: AbortSignal } = {}): Promise<number> => {
    const rows = await db('photos')
      .whereNull('portrait_version')
      .whereNull('files_deleted_at')
      .whereIn('status', ['pending', 'approved'])
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .select<Row[]>('id', 'school_id', 'width', 'height');
    let made = 0;
    for (const { id, school_id, width, height } of rows) {
      if (stopping?.aborted) return made;
      const photo = { id: Number(id), schoolId: Number(school_id) };
      const { ok } = await changePortrait(photo, centreCrop(width, height), 'centre');
      made += Number(ok);
      after = id;
    }
    if (rows.length < limit) after = '0';
    return made;
  };
};

export type MissingPortraits = ReturnType<typeof makeMissingPortraits>;
