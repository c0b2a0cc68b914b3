import { randomUUID } from 'node:crypto';
import type { Request, Response } from 'express';
import { csrfToken } from '../middleware/csrf.ts';
import {
  type PresentedProblem,
  presentUploadProblem,
  type ProblemReport,
} from '../presenters/parent-upload-problem.ts';
import { render } from '../render.ts';

type Answer = {
  /** An UploadRefused, or what receivePhoto said. */
  error: { problem: ProblemReport['problem']; details?: Omit<ProblemReport, 'problem'> };
  maxUploadMb: number;
  now: Date;
  /** Somebody asked for the page of this problem: it is shown as any other page. */
  asked?: boolean;
};

/**
 * Answers a photo that was not taken: a page that says why and takes another one, or problem+json for the script, which
 * then goes to that page. The parent's guard has run before.
 */
export const answerUploadProblem = (req: Request, res: Response, answer: Answer): void => {
  const { error, maxUploadMb, now, asked = false } = answer;
  const { parent, school, speech } = res.locals;
  const form = { speech, parent, csrf: csrfToken(req), uploadId: randomUUID(), maxUploadMb };
  const report = { ...error.details, problem: error.problem };
  const shown = presentUploadProblem({ speech, school }, { ...form, now }, report);
  res.vary('Accept');
  if (!asked) {
    res.status(shown.status);
    if (shown.retryAfter !== undefined) res.set('Retry-After', String(shown.retryAfter));
  }
  if (req.accepts(['html', 'json']) === 'json') sendProblem(res, shown);
  else renderProblem(res, shown);
};

const sendProblem = (res: Response, { title, detail, status, problem, location, retryAfter }: PresentedProblem) =>
  res
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, problem, location, retry_after: retryAfter }));

const renderProblem = (res: Response, shown: PresentedProblem): void => {
  if (shown.view === 'parent/problem') render(res, shown.view, shown.model);
  else if (shown.view === 'parent/photo') render(res, shown.view, shown.model);
  else render(res, shown.view, shown.model);
};
