import { randomUUID } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { linkState } from '../../parents/parent.ts';
import type { ReceivePhoto } from '../../photos/receive-photo.ts';
import type { Clock } from '../../platform/clock.ts';
import { readUploadId } from '../forms/upload-form.ts';
import { csrfToken } from '../middleware/csrf.ts';
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
  maxUploadMb: number;
  clock: Clock;
};

/** The page that takes the photo, and what happens when it arrives. */
export const makeSendPhoto = ({ requireParent, photoUpload, receivePhoto, maxUploadMb, clock }: Deps): Router => {
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
    const received = await receivePhoto(parent, { path, size, sha256, uploadId });
    if (received.ok) res.redirect(303, to.parent(parent.id));
    else if (received.reason === 'link-closed') showExpired(res);
    else answerUploadProblem(req, res, { error: { problem: received.reason }, maxUploadMb, now: clock.now() });
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
  const receipt = parent.photoId === null ? null : to.parent(parent.id);
  render(res, 'parent/link-expired', presentLinkExpired({ speech, school }, school.linkTtlDays, receipt));
};
