/** Why an upload is refused before anybody looked at the picture. */
type UploadProblem = 'too-big' | 'no-file' | 'malformed' | 'busy' | 'too-many';

type Details = { sentBytes?: number; retryAfter?: number; nextAt?: Date };

/** Thrown by the upload's middleware. `sentBytes` where the sender announced them; `retryAfter` in seconds. */
export class UploadRefused extends Error {
  readonly problem: UploadProblem;
  readonly details: Details;
  constructor(problem: UploadProblem, details: Details = {}) {
    super(problem);
    this.name = 'UploadRefused';
    this.problem = problem;
    this.details = details;
  }
}
