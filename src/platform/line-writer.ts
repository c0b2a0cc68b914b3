/** How long a line may wait for others, in milliseconds. Short beside what people and alarms notice. */
const TOGETHER_MS = 50;
/** Characters that wait at most: a quarter of what a pipe holds on Linux, where most are a byte. */
const MOST_HELD = 16_384;

/**
 * Writes lines to `out`: the first at once, those of the next 50 ms together. A write wakes whoever reads the pipe, which costs
 * a busy service more than all else about a line. One that is `urgent` goes out at once, with all before it. `flush` is for
 * `process.exit`; a process that comes to its own end waits for the lines. One that is killed takes those of 50 ms with it.
 */
export const makeLineWriter = (out: { write: (lines: string) => void }) => {
  let held = '';
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    if (held === '') return;
    const lines = held;
    held = '';
    out.write(lines);
  };
  const afterAWhile = (): void => {
    timer = held === '' ? undefined : setTimeout(afterAWhile, TOGETHER_MS);
    flush();
  };

  return {
    write: (line: string, urgent: boolean): void => {
      held += line;
      if (!timer || urgent || held.length >= MOST_HELD) flush();
      timer ??= setTimeout(afterAWhile, TOGETHER_MS);
    },
    flush,
  };
};
