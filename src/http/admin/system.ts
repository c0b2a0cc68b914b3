import { type Request, type Response, Router } from 'express';
import type { SystemActions } from '../../dashboard/system-actions.ts';
import type { ReadSystemStatus } from '../../dashboard/system-status.ts';
import type { Config } from '../../shared/config.ts';
import { Refused } from '../../shared/errors.ts';
import type { StaffRecords } from '../../staff/staff-records.ts';
import { readCancel, readErrorDone, readRetry, readStart } from '../forms/status-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths } from '../paths.ts';
import { presentSystem } from '../presenters/admin-system.ts';
import type { DoneCode } from '../presenters/admin-notice.ts';
import { render } from '../render.ts';
import { type OfficePage, withDone } from './office-page.ts';

type Deps = {
  readSystemStatus: ReadSystemStatus;
  systemActions: SystemActions;
  staff: Pick<StaffRecords, 'findNames'>;
  config: Pick<Config, 'CHECKS'>;
  officePage: OfficePage;
};

/** How the service is, and what an admin can have done about it. */
export const makeSystemPages = ({ readSystemStatus, systemActions, staff, config, officePage }: Deps): Router => {
  const show = async (req: Request, res: Response): Promise<void> => {
    const [status, around, notice] = await Promise.all([
      readSystemStatus(),
      officePage.around(req, res, { title: res.locals.speech.t('office.system.title'), here: 'status' }),
      officePage.notice(req, res),
    ]);
    const starters = status.works.ok ? status.works.value.flatMap(({ startedBy }) => startedBy ?? []) : [];
    const names =
      starters.length > 0 ? await staff.findNames(res.locals.school.id, starters) : new Map<number, string>();
    render(res, 'admin/system', presentSystem({ ...around, status, notice, names, checks: config.CHECKS }));
  };

  const by = ({ locals }: Response) =>
    ({ actor: { kind: 'staff', staffId: locals.staff.id }, schoolId: locals.school.id }) as const;
  const goBack = (res: Response, done: DoneCode) => res.redirect(303, withDone(paths.adminStatus, done));

  const router = Router();
  router.route(paths.adminStatus).get(requireStaff('admin'), show);

  router.route(paths.adminStatusRetry).post(requireStaff('admin'), async (req, res) => {
    const job = readRetry(req.body);
    if (job === undefined) throw new Refused('bad-request');
    goBack(res, (await systemActions.retryJobs(by(res), job)) > 0 ? 'jobs-retried' : 'jobs-none-failed');
  });

  router.route(paths.adminStatusCancel).post(requireStaff('admin'), async (req, res) => {
    const work = readCancel(req.body);
    if (work === undefined) throw new Refused('bad-request');
    goBack(res, (await systemActions.cancelWork(by(res), work)) ? 'work-cancelled' : 'work-over');
  });

  router.route(paths.adminStatusWork).post(requireStaff('admin'), async (req, res) => {
    const work = readStart(req.body);
    if (work === undefined) throw new Refused('bad-request');
    await systemActions.startBackupWork(by(res), work);
    goBack(res, 'work-asked');
  });

  router.route(paths.adminStatusKey).post(requireStaff('admin'), async (_req, res) => {
    goBack(res, (await systemActions.confirmKey(by(res))) ? 'key-kept' : 'no-key');
  });

  router.route(paths.adminStatusError).post(requireStaff('admin'), async (req, res) => {
    const error = readErrorDone(req.body);
    if (error === undefined) throw new Refused('bad-request');
    await systemActions.endError(by(res), { fingerprint: error.done, seen: error.seen });
    goBack(res, 'error-done');
  });

  return router;
};
