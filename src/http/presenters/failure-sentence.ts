import type { Speech } from '../../platform/i18n.ts';

/**
 * What is kept of a failure is a type, a code and at times a message of ours, in the words of a program. The first of these that
 * is found in it says what a person can do about it.
 */
const known = [
  ['full', /\b(ENOSPC|EDQUOT)\b/],
  ['readOnly', /\b(EROFS|EACCES|EPERM)\b/],
  [
    'refused',
    /\b(AccessDenied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|CredentialsProviderError)\b/,
  ],
  ['noBucket', /\bNoSuchBucket\b/],
  ['late', /\b(timed out|TimeoutError|ETIMEDOUT|57014|55P03|heartbeat)\b/i],
  ['unreachable', /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EPIPE|EAI_AGAIN|57P0[123]|53300)\b/],
  ['faceChecker', /\bthe face checker gave no answer\b/],
  ['processEnded', /\bits process ended\b/],
  ['gone', /\b(ENOENT|NoSuchKey|NotFound)\b/],
] as const;

/** A sentence for the office; what is not known is in the log, which the sentence says. */
export const failureSentence = ({ t }: Speech, failure: string | null): string => {
  const [code] = known.find(([, pattern]) => pattern.test(failure ?? '')) ?? ['other'];
  return t(`office.system.failure.${code}`);
};
