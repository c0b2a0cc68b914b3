import { expect } from 'vitest';
import { paths } from '../../src/http/paths.ts';
import { startApp } from './app.ts';
import { addStaff } from './cast.ts';
import { enterOffice, expectSound } from './office-visitor.ts';
import { makeStaged } from './staged-system.ts';
import type { Page } from './visitor.ts';

export const tilesOn = (page: Page) => page.root.querySelectorAll('.tile').map(({ text }) => text);
export const concernsOn = (page: Page) => page.root.querySelectorAll('.bul a').map(({ text }) => text);
export const checksOn = (page: Page) => page.root.querySelectorAll('.checks li').map((row) => row.text.trim());

/** The status page in a service of its own, with backups and copies that are staged, and Ruth in front of it. */
export const startSystemPage = async () => {
  const staged = makeStaged();
  const good = { ...staged.now };
  const app = await startApp({ parts: staged.parts, env: { CHECKS: 'basic' } });
  const ruthId = await addStaff(app, 'ruth');
  await addStaff(app, 'ben');
  const ruth = await enterOffice(app, 'ruth');
  return {
    app,
    staged,
    ruth,
    ruthId,
    /** All is well again. */
    heal: () => Object.assign(staged.now, good),
    reset: async (): Promise<void> => {
      Object.assign(staged.now, good);
      staged.asked.length = 0;
      for (const table of ['long_work', 'error_kinds', 'instances']) await app.db(table).delete();
      await app.db.raw('delete from pgboss.job');
    },
    open: async (): Promise<Page> => {
      const page = await ruth.open(paths.adminStatus);
      expect(page.status).toBe(200);
      expectSound(page);
      return page;
    },
    /** What was done about the system, the newest first. */
    events: async () => {
      const rows = await app
        .db('events')
        .where('kind', 'like', 'system.%')
        .orderBy('id', 'desc')
        .select<{ kind: string; data: object; staff_id: string }[]>('kind', 'data', 'staff_id');
      return rows.map(({ kind, data, staff_id }) => ({ kind, data, staffId: Number(staff_id) }));
    },
    stop: app.stop,
  };
};
