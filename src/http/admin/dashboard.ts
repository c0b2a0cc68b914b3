import { Router } from 'express';
import type { CountParents } from '../../dashboard/count-parents.ts';
import type { ListParents } from '../../dashboard/list-parents.ts';
import { readListQuery } from '../forms/list-query.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths } from '../paths.ts';
import { presentDashboard } from '../presenters/admin-dashboard.ts';
import { render } from '../render.ts';
import type { OfficePage } from './office-page.ts';

type Deps = {
  listParents: ListParents;
  countParents: CountParents;
  officePage: OfficePage;
};

// A photo's journey ⑩: the dashboard
/** The list of parents: one query for its rows and one for its counts, whatever is filtered. */
export const makeDashboardPages = ({ listParents, countParents, officePage }: Deps): Router => {
  const router = Router();

  router.get(paths.admin, requireStaff('admin', 'reviewer'), (_req, res) => res.redirect(303, paths.adminParents));

  router.get(paths.adminParents, requireStaff('admin', 'reviewer'), async (req, res) => {
    const { school, speech, staff } = res.locals;
    const { filter, order, cursor } = readListQuery(req.query);
    const counting = countParents(school.id, filter.className);
    const [counts, page] = await Promise.all([
      counting,
      listParents(school.id, filter, { order, cursor, counts: counting }),
    ]);
    const nothing = filter.words !== '' && page.rows.length === 0;
    const around = await officePage.around(req, res, {
      title: speech.t(nothing ? 'office.list.noResultTitle' : 'office.list.title'),
      here: 'parents',
      ...(filter.className === null ? { waiting: counts.byStatus.pending } : {}),
    });
    const notice = await officePage.notice(req, res);
    const mayAdd = staff.role === 'admin';
    const state = { filter, order };
    render(res, 'admin/dashboard', presentDashboard({ ...around, notice, mayAdd, state, counts, page }));
  });

  return router;
};
