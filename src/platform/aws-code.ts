/** An error of the AWS SDK, or of the network below it. */
export type AwsFailure = Error & { $metadata?: { httpStatusCode?: number }; code?: unknown; syscall?: unknown };

export const statusOf = ({ $metadata }: AwsFailure): number | undefined => $metadata?.httpStatusCode;

/** What went wrong by its name. Only what looks like a code: a server may say anything. */
export const codeOf = ({ name, code }: AwsFailure): string => {
  const told = typeof code === 'string' ? code : name;
  return /^[A-Za-z][\w.:-]{0,60}$/.test(told) ? told : 'unknown';
};

/** The name and, where there was an answer, its status: `AccessDenied 403`. */
export const codeAndStatus = (name: string, status: number | undefined): string =>
  status === undefined ? name : `${name} ${status}`;
