import type { Logger } from '../platform/logger.ts';

/** A disk that dies would fill the log. */
const MOST_NAMED = 1000;

/** Tells once for each photo, while the process lives, that a file of it cannot be read; the id alone, for a path is nobody's business. */
export const makeUnreadableFiles = ({ logger }: { logger: Logger }) => {
  const named = new Set<number>();
  return (photoId: number, error: unknown): void => {
    if (named.has(photoId) || named.size >= MOST_NAMED) return;
    named.add(photoId);
    logger.warn({ photoId, code: codeOf(error) }, 'a file of a photo cannot be read; the others go on');
  };
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

/** Whether the system cannot read or remove this one file: the others may be sound. */
export const isOfOneFile = (error: unknown): boolean => ['EIO', 'EACCES', 'EPERM', 'EISDIR'].includes(codeOf(error));
