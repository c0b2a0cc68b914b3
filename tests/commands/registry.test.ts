import { expect, test } from 'vitest';
import { commands } from '../../src/commands/registry.ts';

test.each(Object.entries(commands))('%s is the command of that name', async (name, load) => {
  expect((await load()).usage.split(' ')[0]).toBe(name);
});
