/** Waits for all, also where one fails, so that none is still at work afterwards; then rejects as the first of those did. */
export const settleAll = async (all: Iterable<Promise<unknown>>): Promise<void> => {
  const outcomes = await Promise.allSettled(all);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};
