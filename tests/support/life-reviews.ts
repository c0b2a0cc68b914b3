// Photos: what parents send, and what the office decides and takes back.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { giveChecks } from './checked.ts';
import * as life from './life-model.ts';
import type { LifeModel, ParentModel, PhotoModel } from './life-model.ts';
import { actorAt, command, parentAt, pick, reasonOf, toParent } from './life-steps.ts';
import type { World } from './life-world.ts';

export const sends = toParent('send', async (parent, model, world) => {
  const row = await world.parentNow(parent.id);
  if (!row) return;
  const uploadId = randomUUID();
  const received = await world.upload(row, uploadId);
  if (!life.isOpen(parent, model.today)) {
    expect(reasonOf(received)).toBe('link-closed');
    return;
  }
  if (!received.ok) throw new Error(received.reason);
  life.send(parent, model.today, { id: received.value.photoId, uploadId });
});

/** A form that is sent again is the photo that it was. */
export const sendsAgain = fc.tuple(fc.nat(1), fc.nat(9)).map(([nth, which]) =>
  command(`sendAgain(${nth}, ${which})`, async (model, world) => {
    const parent = parentAt(model, nth);
    const [row, photo] = [await world.parentNow(parent.id), pick(parent.photos, which)];
    if (!row || !photo) return;
    expect(await world.upload(row, photo.uploadId)).toEqual({ ok: true, value: { photoId: photo.id, repeated: true } });
  }),
);

/** The newest photos are picked most often; the older ones must be refused. */
const someone = fc.record({
  parent: fc.nat(1),
  photo: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
  by: fc.nat(1),
});
type Someone = typeof someone extends fc.Arbitrary<infer T> ? T : never;
const photoOf = (parent: ParentModel, which: number): PhotoModel | undefined => parent.photos.at(-1 - which);

const decides = (
  name: string,
  act: (model: LifeModel, world: World, who: Someone, photo: PhotoModel) => Promise<void>,
) =>
  someone.map((who) =>
    command(`${name}(${who.parent}, ${who.photo}, ${who.by})`, async (model, world) => {
      const photo = photoOf(parentAt(model, who.parent), who.photo);
      if (photo) await act(model, world, who, photo);
    }),
  );

export const approves = decides('approve', async (model, world, who, photo) => {
  const parent = parentAt(model, who.parent);
  const { actor, reviewer } = actorAt(world, who.by);
  const outcome = await world.app.reviewPhoto.approve(actor, world.school.id, photo.id);
  const why = life.whyNotDecide(parent, photo, 'pending');
  expect(reasonOf(outcome)).toBe(why);
  if (why !== undefined) return;
  const id = await world.lastDecisionId(photo.id);
  life.approve(parent, photo, { id, by: reviewer.staffId, today: model.today });
});

export const rejects = (seen: 'pending' | 'approved') =>
  decides(`reject ${seen}`, async (model, world, who, photo) => {
    const parent = parentAt(model, who.parent);
    const { actor, reviewer } = actorAt(world, who.by);
    const how = { reasons: ['blurred' as const], note: 'Hold still', seen };
    const outcome = await world.app.reviewPhoto.reject(actor, world.school.id, photo.id, how);
    const why = life.whyNotDecide(parent, photo, seen);
    expect(reasonOf(outcome)).toBe(why);
    if (why !== undefined) return;
    const id = await world.lastDecisionId(photo.id);
    life.reject(parent, photo, { id, by: reviewer.staffId, today: model.today });
  });

export const undoes = someone.map(({ parent: nth, photo: which, by }) =>
  command(`undo(${nth}, ${which}, ${by})`, async (model, world) => {
    const parent = parentAt(model, nth);
    const standing = parent.decisions.findLast(({ undone }) => !undone);
    const made = (which === 0 ? standing : undefined) ?? parent.decisions.at(-1 - which);
    if (!made) return;
    const { reviewer } = actorAt(world, by);
    const outcome = await world.app.undoDecision.undo(reviewer, world.school.id, made.photo.id, made.id);
    const why = life.whyNotUndo(parent, made, reviewer);
    expect(reasonOf(outcome)).toBe(why);
    if (why === undefined) life.undo(parent, made);
  }),
);

export const checksPass = decides('checksPass', async (_model, world, _who, photo) => {
  await giveChecks(world.app, photo.id);
  photo.passed = true;
});

/** The newest photo of everybody, approved together where it passed; then perhaps undone together. */
export const approvesTogether = fc.boolean().map((undone) =>
  command(`approveTogether(${undone ? 'undone' : 'kept'})`, async (model, world) => {
    const { actor, reviewer } = actorAt(world, 1);
    const all = model.parents.flatMap((parent) => parent.photos.slice(-1).map((photo) => ({ parent, photo })));
    const ids = all.map(({ photo }) => photo.id);
    const { batch, approved, leftOut } = await world.app.passedPhotos.approve(actor, world.school.id, ids);
    const taken = all.filter(
      ({ parent, photo }) => life.whyNotDecide(parent, photo, 'pending') === undefined && photo.passed,
    );
    expect([approved, leftOut]).toEqual([taken.length, all.length - taken.length]);
    for (const { parent, photo } of taken) {
      const id = await world.lastDecisionId(photo.id);
      life.approve(parent, photo, { id, by: reviewer.staffId, today: model.today });
    }
    if (!undone) return;
    const back = await world.app.undoDecision.undoBatch(reviewer, world.school.id, batch);
    const undoable = taken.filter(({ parent }) => {
      const made = parent.decisions.at(-1);
      if (!made || life.whyNotUndo(parent, made, reviewer) !== undefined) return false;
      life.undo(parent, made);
      return true;
    });
    expect(back).toEqual({ undone: undoable.length, kept: taken.length - undoable.length });
  }),
);
