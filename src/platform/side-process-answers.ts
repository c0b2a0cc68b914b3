type Asked = { id: number; message: unknown };

/**
 * For the program of a side process (side-process.ts): answers each ask with what `answer` gives or throws. It may call
 * `blameless` when what is left to do (writing to a disk, for instance) says nothing about what was asked. Ends the program when the
 * service is gone, so that none outlives it.
 */
export const answerAsks = (answer: (message: unknown, blameless: () => void) => Promise<unknown>): void => {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => undefined); // Ctrl-C is for the service, which drains first
  process.on('SIGTERM', () => undefined);
  process.on('message', (asked) => {
    const { id, message } = asked as Asked;
    answer(message, () => process.send?.({ id, blameless: true })).then(
      (value) => process.send?.({ id, value }),
      // The type alone: messages of decoders quote what they read.
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.name : 'Error' }),
    );
  });
};
