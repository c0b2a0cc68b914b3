import { type Request, type Response, Router } from 'express';
import type { CountChecks } from '../../dashboard/count-checks.ts';
import { readChecksQuery } from '../forms/checks-query.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths } from '../paths.ts';
import { presentAdminChecks } from '../presenters/admin-checks.ts';
import { render } from '../render.ts';
import type { OfficePage } from './office-page.ts';

type Deps = { countChecks: CountChecks; officePage: OfficePage };

const DAY_MS = 24 * 3600 * 1000;

/** Whether the checks are worth their while. */
export const makeChecksPage = ({ countChecks, officePage }: Deps): Router => {
  const show = async (req: Request, res: Response): Promise<void> => {
    const { school, speech } = res.locals;
    const days = readChecksQuery(req.query);
    const around = await officePage.around(req, res, { title: speech.t('office.checks.title'), here: 'checks' });
    const counts = await countChecks(school.id, new Date(around.now.getTime() - days * DAY_MS));
    render(res, 'admin/checks', presentAdminChecks({ ...around, days, counts }));
  };
  const router = Router();
  router.route(paths.adminChecks).get(requireStaff('admin'), show);
  return router;
};
