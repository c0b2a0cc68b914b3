// The service that random commands act upon, and what they read from it.
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { Parent } from '../../src/parents/parent.ts';
import { movableClock, startApp } from './app.ts';
import { addParent, addStaff } from './cast.ts';
import type { ReviewerModel } from './life-model.ts';
import { plain } from './pictures.ts';

const DAY = 24 * 3600 * 1000;

export const openWorld = async () => {
  const clock = movableClock();
  const app = await startApp({ clock });
  const [school] = await app.schools.list();
  if (!school) throw new Error('there is no school');
  const ruth: ReviewerModel = { staffId: await addStaff(app, 'ruth'), role: 'admin' };
  const ben: ReviewerModel = { staffId: await addStaff(app, 'ben'), role: 'reviewer' };
  const picture = await plain(200, 200).jpeg().toBuffer();

  /** An upload as it arrives; the same id and bytes are the same upload. */
  const upload = async (parent: Parent, uploadId: string) => {
    const path = app.files.temporaryPath();
    await writeFile(path, picture);
    const sha256 = uploadId.replaceAll('-', '').padEnd(64, '0');
    const received = await app.receivePhoto(parent, { path, size: picture.length, sha256, uploadId });
    await rm(path, { force: true });
    return received;
  };

  return {
    app,
    school,
    reviewers: [ruth, ben] as const,
    upload,
    newParent: () => addParent(app, 'maria', { surname: randomBytes(4).toString('hex') }),
    parentNow: (id: number) => app.parents.findById(id),
    /** A whole number of days and a minute, so that what is 30 days old has its 30 days behind it. */
    forward: (days: number) => clock.forward(days * DAY + 60_000),
    photosOf: async (id: number) => {
      const rows = await app
        .db('photos')
        .where({ parent_id: id })
        .orderBy('id')
        .select<{ id: string; status: string; files_deleted_at: Date | null }[]>('id', 'status', 'files_deleted_at');
      return rows.map((row) => ({ id: Number(row.id), status: row.status, cleared: row.files_deleted_at !== null }));
    },
    /** What the event log says of a parent, oldest first: 'photo.approved 7'. */
    logOf: async (id: number): Promise<string[]> => {
      const rows = await app
        .db('events')
        .where({ parent_id: id })
        .orderBy('id')
        .select<{ kind: string; photo_id: string | null }[]>('kind', 'photo_id');
      return rows.map(({ kind, photo_id }) =>
        photo_id === null || kind === 'photo.deleted' ? kind : `${kind} ${photo_id}`,
      );
    },
    lastDecisionId: async (photoId: number): Promise<number> => {
      const row = await app
        .db('decisions')
        .where({ photo_id: photoId })
        .orderBy('id', 'desc')
        .first<{ id: string } | undefined>('id');
      return Number(row?.id);
    },
    stop: () => app.stop(),
  };
};

export type World = Awaited<ReturnType<typeof openWorld>>;
