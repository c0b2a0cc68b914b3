/** Lets at most `places` works run at once; the others wait in the order of their arrival. Gives what the work gives. */
export const makeTakeTurns = (places: number) => {
  let running = 0;
  const line: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < places) running += 1;
    else await new Promise<void>((start) => line.push(start));
    try {
      return await work();
    } finally {
      const next = line.shift(); // it takes over the place
      if (next) next();
      else running -= 1;
    }
  };
};
