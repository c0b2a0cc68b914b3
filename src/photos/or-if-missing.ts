/** What `looking` finds, or `instead` when there is no such file or folder: somebody else may remove what we just saw. */
export const orIfMissing = <T, U>(looking: Promise<T>, instead: U): Promise<T | U> =>
  looking.catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return instead;
    throw error;
  });
