import { type Request, type Response, Router } from 'express';
import type { ParentLeaving } from '../../parents/parent-leaving.ts';
import { fullName, type Parent } from '../../parents/parent.ts';
import type { DeleteParent } from '../../photos/delete-photos.ts';
import { nameToType, readErasure } from '../forms/erasure-form.ts';
import { readWhy } from '../forms/why-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { type ConfirmFault, presentArchive, presentErasure } from '../presenters/admin-confirm.ts';
import { render } from '../render.ts';
import { actorOf, type OfficePage, withDone } from './office-page.ts';

type Deps = {
  leaving: Pick<ParentLeaving, 'archive' | 'restore'>;
  deleteParent: DeleteParent;
  officePage: OfficePage;
};

/** How a parent leaves the lists: archived and brought back, or deleted for good. */
export const makeLeavingPages = ({ leaving, deleteParent, officePage }: Deps): Router => {
  const router = Router();

  const askToArchive = async (req: Request, res: Response, parent: Parent, fault?: ConfirmFault) => {
    const title = res.locals.speech.t('office.confirm.archive.title', { name: fullName(parent) });
    const around = await officePage.around(req, res, { title, here: 'parents' });
    render(res, 'admin/confirm', presentArchive({ ...around, parent }, fault));
  };

  router
    .route(paths.adminArchive)
    .get(requireStaff('admin'), async (req, res) => {
      const parent = await officePage.parent(req, res);
      if (parent.archivedAt) res.redirect(303, to.adminParent(parent.id));
      else await askToArchive(req, res, parent);
    })
    .post(requireStaff('admin'), async (req, res) => {
      const parent = await officePage.parent(req, res);
      const form = readWhy(req.body);
      if (!form.ok) {
        const error = res.locals.speech.t(`office.form.fault.${form.fault}`);
        return askToArchive(req, res.status(422), parent, { value: form.typed, error });
      }
      await leaving.archive(actorOf(res), res.locals.school.id, parent.id, form.why);
      res.redirect(303, withDone(paths.adminParents, 'archived', { of: parent.id }));
    });

  router.route(paths.adminRestore).post(requireStaff('admin'), async (req, res) => {
    const parent = await officePage.parent(req, res);
    await leaving.restore(actorOf(res), res.locals.school.id, parent.id);
    res.redirect(303, withDone(to.adminParent(parent.id), 'restored'));
  });

  const askToErase = async (req: Request, res: Response, parent: Parent, fault?: ConfirmFault) => {
    const title = res.locals.speech.t('office.confirm.erase.title', { name: fullName(parent) });
    const around = await officePage.around(req, res, { title, here: 'parents' });
    render(res, 'admin/confirm', presentErasure({ ...around, parent }, fault));
  };

  router
    .route(paths.adminErasure)
    .get(requireStaff('admin'), async (req, res) => askToErase(req, res, await officePage.parent(req, res)))
    .post(requireStaff('admin'), async (req, res) => {
      const parent = await officePage.parent(req, res);
      const form = readErasure(req.body, parent);
      if (!form.ok) {
        const error = res.locals.speech.t('office.confirm.erase.fault', { name: nameToType(parent) });
        return askToErase(req, res.status(422), parent, { value: form.typed, error });
      }
      await deleteParent(actorOf(res), res.locals.school.id, parent.id);
      res.redirect(303, withDone(paths.adminParents, 'erased'));
    });

  return router;
};
