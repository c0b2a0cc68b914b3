import { randomUUID } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { hasSent, linkState } from '../../parents/parent.ts';
import type { CheckPhoto } from '../../photos/check-photo.ts';
import { adviceForParent } from '../../photos/photo-check.ts';
import type { DecodeQueue } from '../../photos/decode-queue.ts';
import type { ReceivePhoto } from '../../photos/receive-photo.ts';
import type { Clock } from '../../platform/clock.ts';
import { readUploadId } from '../forms/upload-form.ts';
import { csrfToken } from '../middleware/csrf.ts';
import type { UploadLimit } from '../middleware/upload-limit.ts';
import { UploadRefused } from '../middleware/upload-refused.ts';
import { paths, to } from '../paths.ts';
import { presentLinkExpired } from '../presenters/parent-link-pages.ts';
import { presentPhotoPage } from '../presenters/parent-photo-page.ts';
import { isUploadProblem } from '../presenters/parent-upload-problem.ts';
import { render } from '../render.ts';
import { answerUploadProblem } from './answer-upload-problem.ts';

type Deps = {
  requireParent: RequestHandler<{ parent_id: string }>;
  photoUpload: RequestHandler;
  receivePhoto: ReceivePhoto;
  checkPhoto: Pick<CheckPhoto, 'checkWithin'>;
  decodes: Pick<DecodeQueue, 'comeBackIn'>;
  uploadLimit: Pick<UploadLimit, 'giveBack'>;
  maxUploadMb: number;
  clock: Clock;
};

/** How long the checks may keep a parent waiting; a photo takes 0.3 s where nothing else runs. */
const PATIENCE_MS = 4000;

/** The page that takes the photo, and what happens when it arrives. */
export const makeSendPhoto = ({
  requireParent,
  photoUpload,
  receivePhoto,
  checkPhoto,
  decodes,
  uploadLimit,
  maxUploadMb,
  clock,
}: Deps): Router => {
  const show = (req: Request, res: Response): void => {
    const { parent, school, speech } = res.locals;
    const now = clock.now();
    const { problem } = req.query;
    if (linkState(parent, now) !== 'open') {
      showExpired(res);
    } else if (isUploadProblem(problem)) {
      answerUploadProblem(req, res, { error: { problem }, maxUploadMb, now, asked: true });
    } else {
      const form = { speech, parent, csrf: csrfToken(req), uploadId: randomUUID(), maxUploadMb };
      render(res, 'parent/photo', presentPhotoPage({ speech, school }, { ...form, now }));
    }
  };

  const receive = async (req: Request, res: Response): Promise<void> => {
    const { parent } = res.locals;
    const uploadId = readUploadId(req.body);
    if (!req.file || uploadId === undefined) throw new UploadRefused('malformed');
    const { path, size, sha256 } = req.file;
    const received = await receivePhoto(parent, { path, size, sha256, uploadId }).catch(async (error: unknown) => {
      await uploadLimit.giveBack(res).catch(() => undefined); // the fault is ours; what it was is more important
      throw error;
    });
    if (received.ok ? received.value.repeated : received.reason === 'busy') await uploadLimit.giveBack(res);
    if (received.ok) {
      res.locals.isPhotoKept = !received.value.repeated;
      res.redirect(303, await whatIsSaid(parent.id, received.value.photoId));
    } else if (received.reason === 'link-closed') {
      showExpired(res);
    } else {
      const details = received.reason === 'busy' ? { retryAfter: decodes.comeBackIn() } : {};
      const error = { problem: received.reason, details };
      answerUploadProblem(req, res, { error, maxUploadMb, now: clock.now() });
    }
  };

  /** The photo is kept; its sender hears at once what could be better, unless the checks are late. */
  const whatIsSaid = async (parentId: number, photoId: number): Promise<string> => {
    const checks = await checkPhoto.checkWithin(photoId, PATIENCE_MS);
    const advice = adviceForParent(checks ?? null);
    return advice.length > 0 ? to.parentChecks(parentId, photoId) : to.parent(parentId);
  };

  const router = Router();
  router
    .route(paths.parentPhoto)
    .get(requireParent, (req, res) => show(req as unknown as Request, res))
    .post(requireParent, photoUpload, (req, res) => receive(req as unknown as Request, res));
  return router;
};

/** The link takes nothing new; what was sent can be seen. */
const showExpired = (res: Response): void => {
  const { parent, school, speech } = res.locals;
  res.status(410);
  const receipt = hasSent(parent) ? to.parent(parent.id) : null;
  render(res, 'parent/link-expired', presentLinkExpired({ speech, school }, school.linkTtlDays, receipt));
};
