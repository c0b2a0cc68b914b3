/** Where the time comes from; tests hand in another one. */
export type Clock = { now: () => Date };

export const systemClock: Clock = { now: () => new Date() };
