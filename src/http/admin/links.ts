import { type Request, type Response, Router } from 'express';
import { linkEnd } from '../../parents/link-end.ts';
import type { OnboardingLink } from '../../parents/onboarding-link.ts';
import type { ParentLeaving } from '../../parents/parent-leaving.ts';
import type { Parent } from '../../parents/parent.ts';
import { Refused } from '../../shared/errors.ts';
import { readWhy } from '../forms/why-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { type ConfirmFault, presentNewLink, presentRevocation } from '../presenters/admin-confirm.ts';
import { render } from '../render.ts';
import { actorOf, type OfficePage, withDone } from './office-page.ts';

type Deps = { onboardingLink: OnboardingLink; leaving: Pick<ParentLeaving, 'clearNotMe'>; officePage: OfficePage };

/** What the office does to a parent's link. */
export const makeLinkPages = ({ onboardingLink, leaving, officePage }: Deps): Router => {
  const router = Router();

  const active = async (req: Request, res: Response): Promise<Parent> => {
    const parent = await officePage.parent(req, res);
    if (parent.archivedAt) throw new Refused('not-found');
    return parent;
  };

  router
    .route(paths.adminLinkNew)
    .get(requireStaff('admin'), async (req, res) => {
      const parent = await active(req, res);
      const { school, speech } = res.locals;
      const title = speech.t('office.confirm.new.title', { name: parent.name });
      const around = await officePage.around(req, res, { title, here: 'parents' });
      render(res, 'admin/confirm', presentNewLink({ ...around, parent }, school, linkEnd(school, around.now)));
    })
    .post(requireStaff('admin'), async (req, res) => {
      const parent = await active(req, res);
      await onboardingLink.renew(actorOf(res), res.locals.school, parent.id);
      res.redirect(303, withDone(to.adminParent(parent.id), 'link-renewed'));
    });

  const askToRevoke = async (req: Request, res: Response, parent: Parent, fault?: ConfirmFault) => {
    const title = res.locals.speech.t('office.confirm.revoke.title', { name: parent.name });
    const around = await officePage.around(req, res, { title, here: 'parents' });
    render(res, 'admin/confirm', presentRevocation({ ...around, parent }, fault));
  };

  router
    .route(paths.adminLinkRevocation)
    .get(requireStaff('admin'), async (req, res) => askToRevoke(req, res, await active(req, res)))
    .post(requireStaff('admin'), async (req, res) => {
      const parent = await active(req, res);
      const form = readWhy(req.body);
      if (!form.ok) {
        const error = res.locals.speech.t(`office.form.fault.${form.fault}`);
        return askToRevoke(req, res.status(422), parent, { value: form.typed, error });
      }
      await onboardingLink.revoke(actorOf(res), res.locals.school, parent.id, form.why);
      res.redirect(303, withDone(to.adminParent(parent.id), 'link-revoked'));
    });

  router.route(paths.adminLinkExtension).post(requireStaff('admin'), async (req, res) => {
    const parent = await active(req, res);
    await onboardingLink.extend(actorOf(res), res.locals.school, parent.id);
    const done = to.adminParent(parent.id);
    res.redirect(303, parent.linkRevokedAt ? done : withDone(done, 'link-extended'));
  });

  router.route(paths.adminAlert).post(requireStaff('admin'), async (req, res) => {
    const parent = await active(req, res);
    if ((req.body as Record<string, unknown> | undefined)?.['do'] !== 'clear') throw new Refused('bad-request');
    await leaving.clearNotMe(actorOf(res), res.locals.school.id, parent.id);
    res.redirect(303, withDone(to.adminParent(parent.id), 'alert-cleared'));
  });

  return router;
};
