const CODES = ['EIO', 'EACCES', 'EPERM', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'ELOOP'];

/**
 * Whether the disk refused one file: it is a bad block, a folder, or somebody else's. What would refuse every file (no room, too many
 * open files, a network) is something else.
 */
export const isUnreadable = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  return CODES.includes('code' in error ? String(error.code) : '') || isUnreadable(error.cause);
};
