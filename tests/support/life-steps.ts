// How one random command is given to the model and to the service, and what both must agree in.
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Result } from '../../src/shared/result.ts';
import { statusOf } from './life-model.ts';
import type { LifeModel, ParentModel } from './life-model.ts';
import type { World } from './life-world.ts';

export type LifeCommand = fc.AsyncCommand<LifeModel, World>;
type Run = (model: LifeModel, world: World) => Promise<void>;

export const command = (name: string, run: Run): LifeCommand => ({
  check: () => true,
  run: async (model, world) => {
    await run(model, world);
    for (const parent of model.parents) await expectSame(parent, world);
  },
  toString: () => name,
});

/** The service says of the parent what the model says. */
const expectSame = async (parent: ParentModel, world: World): Promise<void> => {
  const photos = parent.photos.map(({ id, status, cleared }) => ({ id, status, cleared }));
  expect(await world.photosOf(parent.id)).toEqual(photos);
  const now = await world.parentNow(parent.id);
  expect(now?.status).toBe(parent.erased ? undefined : statusOf(parent));
};

export const reasonOf = (result: Result<unknown, string>) => (result.ok ? undefined : result.reason);

export const pick = <T>(from: readonly T[], nth: number): T | undefined => from[nth % Math.max(from.length, 1)];
export const parentAt = (model: LifeModel, nth: number): ParentModel => {
  const parent = pick(model.parents, nth);
  if (!parent) throw new Error('there are no parents');
  return parent;
};

/** Acts for a parent of the model; nothing is picked that is not there. */
export const toParent = (name: string, act: (parent: ParentModel, model: LifeModel, world: World) => Promise<void>) =>
  fc.nat(1).map((nth) => command(`${name}(${nth})`, (model, world) => act(parentAt(model, nth), model, world)));

/** One of the two reviewers: Ruth, who is an admin, or Ben. */
export const actorAt = (world: World, by: number) => {
  const reviewer = world.reviewers[by % 2] ?? world.reviewers[0];
  return { reviewer, actor: { kind: 'staff', staffId: reviewer.staffId } as const };
};
