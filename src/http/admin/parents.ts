import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import type { CountParents } from '../../dashboard/count-parents.ts';
import type { LatestConsent, Timeline } from '../../dashboard/timeline.ts';
import type { makeCreateParent, makeEditParent } from '../../parents/create-parent.ts';
import { linkQr } from '../../parents/link-qr.ts';
import { onboardingUrl } from '../../parents/onboarding-link.ts';
import type { ParentDetails } from '../../parents/parent-records.ts';
import { fullName, type Parent } from '../../parents/parent.ts';
import type { DecisionRecords } from '../../photos/decision-records.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import { mayUndo } from '../../photos/undo-decision.ts';
import { Refused } from '../../shared/errors.ts';
import {
  type ParentDetailsFault,
  type ParentDetailsTyped,
  isForSchool,
  nothingTyped,
  readFormId,
  readParentDetails,
  typedOf,
} from '../forms/parent-details-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { presentOtherSchool } from '../presenters/admin-notice.ts';
import { presentParentForm } from '../presenters/admin-parent-form.ts';
import { presentParentDetail } from '../presenters/admin-parent.ts';
import { render } from '../render.ts';
import { actorOf, type OfficePage, withDone } from './office-page.ts';

type Deps = {
  createParent: ReturnType<typeof makeCreateParent>;
  editParent: ReturnType<typeof makeEditParent>;
  photos: Pick<PhotoRecords, 'listOfParent'>;
  decisions: Pick<DecisionRecords, 'lastOfParent'>;
  timeline: Timeline;
  latestConsent: LatestConsent;
  countParents: CountParents;
  officePage: OfficePage;
  baseUrl: string;
};

type Entered = { typed: ParentDetailsTyped; faults: ParentDetailsFault[]; otherSchool?: boolean };

/** One parent: entered, shown, changed. */
export const makeParentPages = (deps: Deps): Router => {
  const { createParent, editParent, photos, decisions, timeline, latestConsent, countParents, officePage, baseUrl } =
    deps;
  const router = Router();

  const showForm = async (req: Request, res: Response, parent: Parent | undefined, entered: Entered) => {
    const { typed, faults, otherSchool = false } = entered;
    const { speech, school } = res.locals;
    const heading = parent ? speech.t('office.form.edit', { name: fullName(parent) }) : speech.t('office.form.add');
    const title = faults.length > 0 ? speech.t('office.error.tab', { page: heading }) : heading;
    const around = await officePage.around(req, res, { title, here: 'parents' });
    const done = faults.length > 0 ? null : await officePage.notice(req, res);
    const notice = otherSchool ? presentOtherSchool(speech, school.name) : done;
    const { classes } = await countParents(school.id, null);
    const seen = { ...around, school, notice, parent, typed, faults, classes };
    render(res, 'admin/parent-form', presentParentForm({ ...seen, formId: readFormId(req.body) ?? randomUUID() }));
  };

  const refuse = (req: Request, res: Response, parent: Parent | undefined, entered: Entered) =>
    showForm(req, res.status(422), parent, entered);

  router
    .route(paths.adminParentNew)
    .get(requireStaff('admin'), (req, res) => showForm(req, res, undefined, { typed: nothingTyped, faults: [] }))
    .post(requireStaff('admin'), async (req, res) => {
      const form = readParentDetails(req.body);
      if (!isForSchool(req.body, res.locals.school.id)) {
        return showForm(req, res.status(409), undefined, { typed: form.typed, faults: [], otherSchool: true });
      }
      if (!form.ok) return refuse(req, res, undefined, form);
      const created = await createParent(actorOf(res), res.locals.school, form.details, readFormId(req.body));
      if (!created.ok) return refuse(req, res, undefined, { ...form, faults: [TAKEN] });
      const { id } = created.value;
      const more = (req.body as Record<string, unknown>)['more'] !== undefined;
      res.redirect(
        303,
        more ? withDone(paths.adminParentNew, 'created-more', { of: id }) : withDone(to.adminParent(id), 'created'),
      );
    });

  router
    .route(paths.adminParentEdit)
    .get(requireStaff('admin'), async (req, res) => {
      const parent = await editable(officePage, req, res);
      await showForm(req, res, parent, { typed: typedOf(parent), faults: [] });
    })
    .post(requireStaff('admin'), async (req, res) => {
      const parent = await editable(officePage, req, res);
      const form = readParentDetails(req.body);
      if (!form.ok) return refuse(req, res, parent, form);
      const saved = await editParent(actorOf(res), parent, form.details);
      if (!saved.ok) return refuse(req, res, parent, { ...form, faults: [TAKEN] });
      res.redirect(303, withDone(to.adminParent(parent.id), 'saved'));
    });

  router.route(paths.adminParent).get(requireStaff('admin', 'reviewer'), async (req, res) => {
    const parent = await officePage.parent(req, res);
    const { school, staff } = res.locals;
    const [listed, entries, consent, last, around, notice] = await Promise.all([
      photos.listOfParent(parent.id),
      timeline(school.id, parent.id),
      latestConsent(parent.id),
      decisions.lastOfParent(school.id, parent.id),
      officePage.around(req, res, { title: fullName(parent), here: 'parents' }),
      officePage.notice(req, res, parent),
    ]);
    const mayChange = staff.role === 'admin'; // the link is a secret: the other roles never get it
    const url = onboardingUrl(baseUrl, parent.uniqueId);
    const link = mayChange ? { url, qr: linkQr(url), ttlDays: school.linkTtlDays, now: around.now } : undefined;
    const undoable =
      last?.refusal === null && mayUndo({ staffId: staff.id, role: staff.role }, last) ? last : undefined;
    const seen = { ...around, notice, mayChange, parent, photos: listed, entries, undoable, consent, link };
    render(res, 'admin/parent', presentParentDetail(seen));
  });

  return router;
};

const TAKEN: ParentDetailsFault = { field: 'external_id', fault: 'externalIdTaken' };

/** An archived parent is brought back first. */
const editable = async (officePage: OfficePage, req: Request, res: Response): Promise<Parent & ParentDetails> => {
  const parent = await officePage.parent(req, res);
  if (parent.archivedAt) throw new Refused('not-found');
  return parent;
};
