import { expect, test } from 'vitest';
import { untilStopped } from '../../src/commands/until-stopped.ts';

const stopped = { text: 'It was stopped.', json: { stopped: true }, exit: 1 };
const found = { text: 'Sofia is missing', json: { missing: 1 }, exit: 1 as const };

/** What is said of work that hears a signal, and then ends by `how`. */
const after = (how: () => Promise<typeof found | 'cancelled'>) =>
  untilStopped((stopping) => {
    process.emit('SIGTERM');
    expect(stopping.aborted).toBe(true);
    return how();
  }, stopped.text);

test('what was cancelled, or threw after a signal, is stopped; what was found all the same is told', async () => {
  expect(await after(async () => 'cancelled')).toEqual(stopped);
  expect(await after(() => Promise.reject(new Error('aborted')))).toEqual(stopped);
  expect(await after(async () => found)).toEqual(found);
  await expect(untilStopped(() => Promise.reject(new Error('no such luck')))).rejects.toThrow('no such luck');
});
