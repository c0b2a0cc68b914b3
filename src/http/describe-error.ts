import { isAway } from '../platform/is-away.ts';
import { Refused, type RefusalCode } from '../shared/errors.ts';

/** An error as the pages see it. `failure` is our fault and is logged as an error; the others are answers. */
export type Described = { code: RefusalCode | 'failure'; status: number; retryAfter?: number | undefined };

const statuses: Record<RefusalCode, number> = {
  'link-invalid': 404,
  'session-ended': 403,
  'sign-in-needed': 401,
  forbidden: 403,
  'not-found': 404,
  forged: 403,
  'bad-request': 400,
  'too-many': 429,
  busy: 503,
  unavailable: 503,
};

/** Text with a NUL that no form turned away: PostgreSQL has no such text. The sender's fault (R55). */
const NO_SUCH_TEXT = '22021';

/** What kind of error it is and which status tells it; nothing of its message goes out (R57). */
export const describeError = (error: unknown): Described => {
  if (error instanceof Refused) return { code: error.code, status: statuses[error.code], retryAfter: error.retryAfter };
  if (!(error instanceof Error)) return { code: 'failure', status: 500 };
  if (isAway(error)) return { code: 'unavailable', status: 503, retryAfter: 10 };
  if ('code' in error && error.code === NO_SUCH_TEXT) return { code: 'bad-request', status: statuses['bad-request'] };
  const status = 'status' in error ? Number(error.status) : 500; // body-parser and the router say whose fault it is
  if (status === 404) return { code: 'not-found', status };
  if (status >= 400 && status < 500) return { code: 'bad-request', status: status === 413 ? 413 : 400 };
  return { code: 'failure', status: 500 };
};
