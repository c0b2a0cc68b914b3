/** Why a request is refused on purpose; each has a page and a sentence of its own (http/render-error.ts). */
export type RefusalCode =
  | 'link-invalid'
  | 'session-ended'
  | 'sign-in-needed'
  | 'forbidden'
  | 'not-found'
  | 'forged'
  | 'bad-request'
  | 'too-many'
  | 'busy'
  | 'unavailable';

/** Thrown when a request is refused on purpose. `retryAfter` is in seconds. */
export class Refused extends Error {
  readonly code: RefusalCode;
  readonly retryAfter: number | undefined;
  constructor(code: RefusalCode, { retryAfter, cause }: { retryAfter?: number; cause?: unknown } = {}) {
    super(code, { cause });
    this.name = 'Refused';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
