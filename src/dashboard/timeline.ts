import type { Db } from '../platform/db.ts';
import type { EventKind } from '../platform/event-log.ts';

export type TimelineEntry = {
  id: number;
  at: Date;
  kind: EventKind;
  actor: 'parent' | 'staff' | 'system' | 'cli';
  /** Who of the staff; null also when that account is gone. */
  staffName: string | null;
  /** Codes and numbers that belong to the kind. */
  data: Record<string, unknown>;
  /** What somebody wrote with it. */
  note: string | null;
  photoId: number | null;
};

type EntryRow = {
  id: string;
  at: Date;
  kind: EventKind;
  actor: TimelineEntry['actor'];
  staff_name: string | null;
  data: Record<string, unknown>;
  note: string | null;
  photo_id: string | null;
};

/** What happened to a parent, newest first, at most 100 entries. Who looked at photos is for the audit log only. */
export const makeTimeline =
  ({ db }: { db: Db }) =>
  async (schoolId: number, parentId: number): Promise<TimelineEntry[]> => {
    const rows: EntryRow[] = await db('events')
      .leftJoin('staff', 'staff.id', 'events.staff_id')
      .leftJoin('notes', 'notes.event_id', 'events.id')
      .where({ 'events.parent_id': parentId, 'events.school_id': schoolId })
      .whereNotIn('events.kind', ['photo.shown', 'photo.loaded-ahead'])
      .orderBy('events.id', 'desc')
      .limit(100)
      .select([
        'events.id',
        'at',
        'kind',
        'actor',
        'data',
        'photo_id',
        'staff.name as staff_name',
        'notes.body as note',
      ]);
    return rows.map((row) => ({
      id: Number(row.id),
      at: row.at,
      kind: row.kind,
      actor: row.actor,
      staffName: row.staff_name,
      data: row.data,
      note: row.note,
      photoId: row.photo_id === null ? null : Number(row.photo_id),
    }));
  };

export type Timeline = ReturnType<typeof makeTimeline>;

/** When and to which version of the text the parent agreed last, and in which language it was read. */
export const makeLatestConsent =
  ({ db }: { db: Db }) =>
  async (parentId: number): Promise<{ version: string; agreedAt: Date; locale: string } | undefined> =>
    db('consents')
      .where({ parent_id: parentId })
      .orderBy('id', 'desc')
      .first<{ version: string; agreedAt: Date; locale: string } | undefined>(
        'text_version as version',
        'agreed_at as agreedAt',
        'locale',
      );

export type LatestConsent = ReturnType<typeof makeLatestConsent>;
