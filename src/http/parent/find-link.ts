import type { Request, Response } from 'express';
import { linkState, type Parent } from '../../parents/parent.ts';
import type { ParentRecords } from '../../parents/parent-records.ts';
import type { Clock } from '../../platform/clock.ts';
import type { School } from '../../schools/school.ts';
import type { SchoolRecords } from '../../schools/school-records.ts';
import { Refused } from '../../shared/errors.ts';
import { parseUniqueId } from '../../shared/ids.ts';
import { changes, type LinkToken } from '../middleware/csrf.ts';
import type { LinkMisses } from '../middleware/link-misses.ts';
import type { SpeakTo } from '../middleware/locale.ts';

type Deps = {
  parents: ParentRecords;
  schools: SchoolRecords;
  linkMisses: LinkMisses;
  linkToken: LinkToken;
  speakTo: SpeakTo;
  clock: Clock;
};

/** What a link opens: whose it is, where, what it may do now, and the token for its forms. */
export type FoundLink = { parent: Parent; school: School; state: 'open' | 'expired' | 'not-me'; csrf: string };

/**
 * Finds the parent of the link in the address, checks the token of a POST, and speaks the parent's language from then
 * on. `not-me`: someone said 'This is not me' and the office has not looked yet; only that page may say so. Throws
 * `link-invalid` for malformed, unknown and revoked links alike, before anything could tell them apart (R31).
 */
export const makeFindLink =
  ({ parents, schools, linkMisses, linkToken, speakTo, clock }: Deps) =>
  async (req: Request<{ unique_id: string }>, res: Response): Promise<FoundLink> => {
    const request = req as unknown as Request;
    linkMisses.assertFew(request);
    const uniqueId = parseUniqueId(req.params.unique_id);
    const parent = uniqueId && (await parents.findByUniqueId(uniqueId));
    const state = parent && stateOf(parent, clock.now());
    if (!parent || !state) {
      await linkMisses.count(request);
      throw new Refused('link-invalid');
    }
    if (changes(request)) linkToken.assert(request, parent.uniqueId);
    const school = await schools.get(parent.schoolId);
    // A halted link answers like an unknown one, in the browser's language (R31).
    if (state !== 'not-me') speakTo(request, res, parent, school);
    return { parent, school, state, csrf: linkToken.make(parent.uniqueId) };
  };

export type FindLink = ReturnType<typeof makeFindLink>;

const stateOf = (parent: Parent, now: Date): FoundLink['state'] | undefined => {
  const state = linkState(parent, now);
  if (state !== 'off') return state;
  return parent.notMeAt && linkState({ ...parent, notMeAt: null }, now) !== 'off' ? 'not-me' : undefined;
};
