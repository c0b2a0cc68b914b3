// The whole life of photos and links, played at random: against a model, and by several people at once. A failure names its
// seed: LIVES_SEED=<seed> LIVES=<runs> npx vitest run --project alone tests/photos/lives.test.ts plays it again.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { livesToPlay } from '../support/environment.ts';
import { lifeCommands } from '../support/life-commands.ts';
import { newParent } from '../support/life-model.ts';
import { openWorld, type World } from '../support/life-world.ts';
import { expectReplayed, racers, runRacer } from '../support/life-race.ts';

const FEW = 20;
const runs = livesToPlay.runs ?? FEW;
const long = { timeout: 60_000 + runs * 5000 };
const how = { numRuns: runs, verbose: true, ...(livesToPlay.seed === undefined ? {} : { seed: livesToPlay.seed }) };

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.stop());

const expectWhole = async () =>
  expect(await world.app.checkIntegrity({ repair: false })).toMatchObject({
    ...{ orphanFiles: 0, rowsWithoutFile: 0, checksumMismatches: 0 },
  });

test(
  'whatever happens to photos and links, the service agrees with the model, and the log tells all of it',
  long,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(lifeCommands, { maxCommands: 60, size: 'max' }), async (commands) => {
        const people = [await world.newParent(), await world.newParent()];
        const model = { today: 0, parents: people.map(({ id }) => newParent(id, 0)) };
        await fc.asyncModelRun(() => ({ model, real: world }), commands);
        for (const parent of model.parents) expect(await world.logOf(parent.id)).toEqual(parent.log);
        await expectWhole();
      }),
      how,
    );
  },
);

test(
  'several people at once: never two photos that wait or are approved, and what is there is what the log tells',
  long,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(racers, { minLength: 2, maxLength: 5 }), async (actors) => {
        const parents = [await world.newParent(), await world.newParent()].map(({ id }) => id);
        const done = await Promise.all(actors.map((steps) => runRacer(world, parents, steps)));
        for (const id of parents) await expectReplayed(world, id, done.flat());
        await expectWhole();
      }),
      { ...how, endOnFailure: true }, // shrinking would play other races
    );
  },
);
