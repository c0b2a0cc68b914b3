// Links and people: what parents say at their link, what the office does to it, and time.
import fc from 'fast-check';
import { expect } from 'vitest';
import * as life from './life-model.ts';
import { actorAt, command, toParent } from './life-steps.ts';

export const starts = toParent('start', async (parent, model, { app }) => {
  const outcome = await app.choices.start(parent.id, 'en');
  expect(outcome.ok).toBe(life.isOpen(parent, model.today));
  if (!outcome.ok || parent.startedOn === model.today) return;
  Object.assign(parent, { opened: true, startedOn: model.today });
  parent.log.push('consent.given');
});

export const declines = toParent('decline', async (parent, model, { app }) => {
  expect((await app.choices.decline(parent.id, '')).ok).toBe(life.isOpen(parent, model.today));
  if (!life.isOpen(parent, model.today) || parent.declined) return;
  parent.declined = true;
  parent.log.push('parent.declined');
});

export const undoesDecline = toParent('undoDecline', async (parent, model, { app }) => {
  expect((await app.choices.undoDecline(parent.id)).ok).toBe(life.isOpen(parent, model.today));
  if (!life.isOpen(parent, model.today) || !parent.declined) return;
  parent.declined = false;
  parent.log.push('parent.decline-undone');
});

export const saysNotMe = toParent('notMe', async (parent, _model, { app }) => {
  await app.choices.sayNotMe(parent.id);
  if (parent.erased || parent.revoked || parent.notMe || parent.archived) return;
  parent.notMe = true;
  parent.log.push('parent.not-me');
});

export const clearsNotMe = toParent('clearNotMe', async (parent, _model, world) => {
  await world.app.leaving.clearNotMe(actorAt(world, 0).actor, world.school.id, parent.id);
  if (parent.erased || !parent.notMe) return;
  parent.notMe = false;
  parent.log.push('parent.not-me-cleared');
});

export const changesLink = (what: 'renew' | 'revoke' | 'extend') =>
  toParent(what, async (parent, model, { app, school, ...world }) => {
    const { actor } = actorAt({ app, school, ...world }, 0);
    await app.onboardingLink[what](actor, school, parent.id, '');
    if (parent.erased || parent.archived || (what !== 'renew' && parent.revoked)) return;
    if (what === 'renew') life.renew(parent, model.today);
    if (what === 'revoke') parent.revoked = true;
    if (what === 'extend') Object.assign(parent, { issuedOn: model.today, lapsed: false });
    parent.log.push({ renew: 'link.renewed', revoke: 'link.revoked', extend: 'link.extended' }[what]);
  });

export const archives = (archived: boolean) =>
  toParent(archived ? 'archive' : 'restore', async (parent, _model, world) => {
    const { actor } = actorAt(world, 0);
    if (archived) await world.app.leaving.archive(actor, world.school.id, parent.id, '');
    else await world.app.leaving.restore(actor, world.school.id, parent.id);
    if (parent.erased || parent.archived === archived) return;
    parent.archived = archived;
    parent.log.push(archived ? 'parent.archived' : 'parent.restored');
  });

export const deletesPhotos = toParent('deletePhotos', async (parent, _model, { app, parentNow }) => {
  const row = await parentNow(parent.id);
  if (!row) return;
  await app.deletePhotos(row);
  parent.log.push(...life.removePhotos(parent).map(() => 'photo.deleted'));
});

export const erases = toParent('erase', async (parent, _model, world) => {
  await world.app.deleteParent(actorAt(world, 0).actor, world.school.id, parent.id);
  if (parent.erased) return;
  life.removePhotos(parent);
  parent.erased = true;
  parent.log.push('parent.erased');
});

/** Days go by, and the service does what it does by itself. */
export const timePasses = fc.tuple(fc.constantFrom(0, 1, 10, 31), fc.boolean()).map(([days, chores]) =>
  command(`time(${days}${chores ? ', chores' : ''})`, async (model, { app, forward }) => {
    if (days > 0) forward(days);
    model.today += days;
    if (!chores) return;
    await app.lapseLinks();
    while ((await app.clearPhotos()) > 0);
    for (const parent of model.parents) {
      life.lapse(parent, model.today);
      life.clear(parent, model.today);
    }
  }),
);
