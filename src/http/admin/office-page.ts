import type { Request, Response } from 'express';
import type { ParentRecords } from '../../parents/parent-records.ts';
import type { Parent } from '../../parents/parent.ts';
import { fullName } from '../../parents/parent.ts';
import type { ReviewQueue } from '../../photos/review-queue.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Actor } from '../../platform/event-log.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { readDone } from '../forms/done-query.ts';
import { csrfToken } from '../middleware/csrf.ts';
import { officeDates } from '../presenters/admin-dates.ts';
import { type OfficePlace, presentOfficeLayout } from '../presenters/admin-layout.ts';
import { type DoneCode, isDoneCode, needsName, presentNotice } from '../presenters/admin-notice.ts';

type Deps = {
  reviewQueue: Pick<ReviewQueue, 'count'>;
  parents: Pick<ParentRecords, 'find'>;
  clock: Clock;
};

/** What the pages of the office have in common. */
export const makeOfficePage = ({ reviewQueue, parents, clock }: Deps) => ({
  /** Bar, menu, and how to write dates; `waiting` where the page has counted the waiting photos already. */
  around: async (req: Request, res: Response, page: { title: string; here: OfficePlace; waiting?: number }) => {
    const { speech, staff, school } = res.locals;
    const waiting = page.waiting ?? (await reviewQueue.count(school.id));
    const around = { speech, schoolName: school.name, csrf: csrfToken(req), staff, here: page.here, waiting };
    const now = clock.now();
    return {
      layout: presentOfficeLayout(around, page.title),
      speech,
      now,
      dates: officeDates(speech, school.timeZone, now),
    };
  },

  /** What the action before this page left in the address. `about` spares looking the parent up. */
  notice: async (req: Request, res: Response, about?: Parent) => {
    const { done, of, ...counts } = readDone(req.query);
    if (!isDoneCode(done)) return null;
    const known =
      about ?? (needsName(done) && of !== undefined ? await parents.find(res.locals.school.id, of) : undefined);
    return presentNotice(res.locals.speech, done, { name: known && fullName(known), of, ...counts });
  },

  /** The parent that the address names, if they are of this school; throws `not-found` otherwise. */
  parent: async (req: Request, res: Response): Promise<Parent> => {
    const id = parseId(req.params['parent_id']);
    const parent = id === undefined ? undefined : await parents.find(res.locals.school.id, id);
    if (!parent) throw new Refused('not-found');
    return parent;
  },
});

export type OfficePage = ReturnType<typeof makeOfficePage>;

/** Who acts, for the event log. */
export const actorOf = (res: Response): Actor => ({ kind: 'staff', staffId: res.locals.staff.id });

/**
 * An address that says on the next page what happened. `of`: the parent whose name the sentence needs; `n`, `rest`: how
 * many photos it was about, and how many it left as they were.
 */
export const withDone = (address: string, done: DoneCode, about: { of?: number; n?: number; rest?: number } = {}) => {
  const query = new URLSearchParams({ done });
  for (const [name, value] of Object.entries(about)) query.set(name, String(value));
  return `${address}${address.includes('?') ? '&' : '?'}${query.toString()}`;
};
