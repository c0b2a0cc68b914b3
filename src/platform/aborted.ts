/** Rejects when `signal` aborts: for a race with what does not stop for it, an SDK's search for credentials for instance. */
export const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
