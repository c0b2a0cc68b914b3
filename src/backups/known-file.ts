import type { Db } from '../platform/db.ts';

/** Whether the database knows this file of a photo now: a photo may be deleted, or get another portrait, while it is copied. */
export const makeIsKnownFile =
  ({ db }: { db: Db }) =>
  async (key: string, file: string): Promise<boolean> => {
    const [, version] = /^portrait-(\d+)$/.exec(file) ?? [];
    const row = await db('photos')
      .where({ filename: key, ...(version === undefined ? {} : { portrait_version: Number(version) }) })
      .whereNull('files_deleted_at')
      .first<{ id: string } | undefined>('id');
    return row !== undefined;
  };
