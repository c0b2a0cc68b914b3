import { paths } from '../../src/http/paths.ts';
import type { AdminViews } from '../../src/http/presenters/admin-views.ts';
import { people } from './cast.ts';
import { at } from './scene-steps.ts';
import type { Scene, Scenes, Stage } from './stage.ts';
import {
  ago,
  giveErrors,
  giveInstances,
  giveJobs,
  giveWork,
  goodBackups,
  NO_BACKUPS,
  staged,
} from './staged-system.ts';

const DAY = 24 * 3600_000;

/** The status page after `happen`; all is as before when the scene is over. */
const status =
  (happen: (stage: Stage) => unknown = () => undefined, query = ''): Scene =>
  async (stage) => {
    const before = { ...staged.now };
    stage.after(async () => {
      Object.assign(staged.now, before);
      for (const table of ['long_work', 'error_kinds', 'instances']) await stage.app.db(table).delete();
      await stage.app.db.raw('delete from pgboss.job');
    });
    await happen(stage);
    await at(paths.adminStatus + query)(stage);
  };

const ruth = async ({ app }: Stage): Promise<number> => (await app.staff.findByEmail(people.ruth.email))?.id ?? 0;

const doctorLooked = (stage: Stage, differ: number) =>
  giveWork(stage.app, {
    kind: 'doctor',
    state: 'done',
    detail: { photos: 2406, orphans: 0, missing: differ, damaged: 0 },
  });

export const systemScenes: Pick<Scenes<AdminViews>, 'admin/system'> = {
  'admin/system': {
    'all is well': status((stage) => doctorLooked(stage, 0)),
    'nothing was done yet': status(() => {
      staged.now.backups = NO_BACKUPS;
    }),
    'something needs a look': status(async (stage) => {
      const rehearsed = { at: ago(34 * DAY), seconds: 240, faults: 0 };
      staged.now.backups = goodBackups({ rehearsed });
      staged.now.mirror = { copied: 2402, waiting: 4, oldestAt: ago(3 * 60_000) };
      await doctorLooked(stage, 2);
      await giveJobs(stage.app, { failed: 3, created: 4 });
    }),
    'backups failed': status(() => {
      staged.now.backups = goodBackups({
        ...{ isRed: true, lastFailure: { at: ago(3600_000), failure: 'S3ServiceException AccessDenied' } },
        ...{ verified: { at: ago(DAY), files: 2406, faults: 1 }, rehearsed: { at: ago(DAY), seconds: 9, faults: 2 } },
      });
    }),
    'jobs run': status(async (stage) => {
      const startedBy = await ruth(stage);
      await giveWork(stage.app, { startedBy, done: 142, total: 289, startedAt: ago(6 * 60_000) });
      await giveWork(stage.app, { kind: 'doctor' });
      await giveWork(stage.app, { kind: 'storage-move', done: 1, total: 3, cancelAskedAt: new Date() });
      await giveJobs(stage.app, { active: 1, created: 147 });
    }),
    'a part does not answer': status(() => {
      staged.now.backups = 'fails';
    }),
    'the jobs do not answer': status(async ({ owner, after }) => {
      await owner.raw('revoke select on pgboss.job from app');
      after(() => owner.raw('grant select on pgboss.job to app'));
    }),
    'errors, and two processes': status(async ({ app }) => {
      await giveErrors(app, [
        { fingerprint: 'e4b91c00', place: 'job photo-removal', times: 3, firstHoursAgo: 50, lastHoursAgo: 2 },
        { fingerprint: '77a0d2aa', code: '42P01', times: 1200, firstHoursAgo: 3, lastHoursAgo: 1 },
      ]);
      await giveInstances(app, [
        { name: 'oakfield.4026531836-812-93471', kind: 'web', version: '1.4.2', heardSecondsAgo: 10 },
        { name: 'oakfield.4026531836-977-93985', kind: 'worker', version: '1.4.1', heardSecondsAgo: 20 },
      ]);
    }),
    'an error that is back, and one that was done': status(async ({ app }) => {
      await giveErrors(app, [
        { fingerprint: 'e4b91c00', place: 'job photo-removal', times: 3, firstHoursAgo: 50, lastHoursAgo: 2 },
      ]);
      await app.db('error_kinds').update({ done_at: new Date(Date.now() - 10 * 3600_000) });
    }, '?done=error-done'),
    'the errors cannot be read': status(async ({ owner, after }) => {
      await owner.raw('revoke select on error_kinds, instances from app');
      after(() => owner.raw('grant select on error_kinds, instances to app'));
    }),
    'work was cancelled': status(undefined, '?done=work-cancelled'),
    'nothing had failed any more': status(undefined, '?done=jobs-none-failed'),
  },
};
