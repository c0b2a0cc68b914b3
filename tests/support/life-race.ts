// Several people who act at the same moment: no model knows the order, but the event log does.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Parent } from '../../src/parents/parent.ts';
import type { Photo } from '../../src/photos/photo.ts';
import { giveChecks } from './checked.ts';
import type { World } from './life-world.ts';

type Reviewer = World['reviewers'][number];
type Deed = (world: World, parent: Parent, newest: Photo | undefined, who: Reviewer) => Promise<string | undefined>;

/** What they do; each gives what was answered with success as the log should have it. */
const deeds = {
  send: async ({ upload }, parent) => {
    const received = await upload(parent, randomUUID());
    return received.ok ? `photo.received ${received.value.photoId}` : undefined;
  },
  approve: async ({ app, school }, _parent, newest, { staffId }) => {
    const { ok } = await app.reviewPhoto.approve({ kind: 'staff', staffId }, school.id, newest?.id ?? 0);
    return ok ? `photo.approved ${newest?.id}` : undefined;
  },
  reject: async ({ app, school }, _parent, newest, { staffId }) => {
    const seen: 'approved' | 'pending' = newest?.status === 'approved' ? 'approved' : 'pending';
    const how = { reasons: ['blurred' as const], note: null, seen };
    const { ok } = await app.reviewPhoto.reject({ kind: 'staff', staffId }, school.id, newest?.id ?? 0, how);
    return ok ? `photo.rejected ${newest?.id}` : undefined;
  },
  undo: async ({ app, school }, parent, _newest, who) => {
    const last = await app.decisions.lastOfParent(school.id, parent.id);
    if (!last) return undefined;
    const { ok } = await app.undoDecision.undo(who, school.id, last.photoId, last.id);
    return ok ? `photo.undecided ${last.photoId}` : undefined;
  },
  together: async ({ app, school }, _parent, newest, { staffId }) => {
    if (!newest) return undefined;
    await giveChecks(app, newest.id);
    const { approved } = await app.passedPhotos.approve({ kind: 'staff', staffId }, school.id, [newest.id]);
    return approved === 1 ? `photo.approved ${newest.id}` : undefined;
  },
  claim: async ({ app, school }, _parent, _newest, { staffId }) => {
    await app.reviewClaims.claim({ staffId, schoolId: school.id }, { className: null });
    return undefined;
  },
  archive: async ({ app, school }, parent) => {
    await app.leaving.archive({ kind: 'cli' }, school.id, parent.id, '');
    await app.leaving.restore({ kind: 'cli' }, school.id, parent.id);
    return undefined;
  },
  delete: async ({ app }, parent) => {
    await app.deletePhotos(parent);
    return undefined;
  },
} satisfies Record<string, Deed>;

type Name = keyof typeof deeds;
const names = Object.keys(deeds) as Name[];
const often: Name[] = ['send', 'approve', 'undo'];

/** What one of them does, one after the other. */
type Step = { deed: Name; parent: number; by: number };
export const racers: fc.Arbitrary<Step[]> = fc.array(
  fc.record(
    { deed: fc.constantFrom(...names, ...often, ...often), parent: fc.nat(1), by: fc.nat(1) },
    { noNullPrototype: true },
  ),
  { minLength: 3, maxLength: 12 },
);

/** An upload or a decision that was answered with success. */
type Answered = { parentId: number; what: string };

/** Does the steps of one of them. */
export const runRacer = async (world: World, parents: number[], steps: Step[]): Promise<Answered[]> => {
  const answered: Answered[] = [];
  for (const { deed, parent: nth, by } of steps) {
    const parent = await world.parentNow(parents[nth] ?? 0);
    if (!parent) throw new Error('there is no parent');
    const [newest] = await world.app.photos.listOfParent(parent.id);
    const act: Deed = deeds[deed];
    const what = await act(world, parent, newest, world.reviewers[by === 0 ? 0 : 1]);
    if (what !== undefined) answered.push({ parentId: parent.id, what });
  }
  return answered;
};

type Event = { kind: string; photo_id: string; data: Record<string, unknown> };
const after: Record<string, (data: Event['data']) => string | undefined> = {
  'photo.received': () => 'pending',
  'photo.superseded': () => 'superseded',
  'photo.approved': () => 'approved',
  'photo.reinstated': () => 'approved',
  'photo.rejected': () => 'rejected',
  'photo.undecided': ({ becomes }) => becomes as string,
  'photo.deleted': () => undefined,
};

/**
 * The log of a parent, played from its beginning, ends with the rows that are there, and on its way has never two photos
 * that wait or two that are approved. What was answered with success is in it, and nothing else.
 */
export const expectReplayed = async (world: World, parentId: number, answered: Answered[]): Promise<void> => {
  const events: Event[] = await world.app
    .db('events')
    .where({ parent_id: parentId })
    .whereNotNull('photo_id')
    .orderBy('id')
    .select('kind', 'photo_id', 'data');
  const states = new Map<number, string>();
  for (const { kind, photo_id, data } of events) {
    const state = after[kind]?.(data);
    if (state === undefined) states.delete(Number(photo_id));
    else states.set(Number(photo_id), state);
    for (const one of ['pending', 'approved']) {
      expect([...states.values()].filter((each) => each === one).length, kind).toBeLessThan(2);
    }
  }
  const photos = await world.photosOf(parentId);
  expect(photos.map(({ id, status }) => [id, status])).toEqual([...states].sort(([a], [b]) => a - b));

  const told = ['photo.received', 'photo.approved', 'photo.rejected', 'photo.undecided'];
  const logged = events.filter(({ kind }) => told.includes(kind)).map(({ kind, photo_id }) => `${kind} ${photo_id}`);
  const mine = answered.filter((one) => one.parentId === parentId).map(({ what }) => what);
  expect(logged.sort()).toEqual(mine.sort());

  const shown = photos.find(({ status }) => status === 'pending') ?? photos.find(({ status }) => status === 'approved');
  const now = await world.parentNow(parentId);
  if (shown) expect([now?.status, now?.photoId]).toEqual([shown.status, shown.id]);
};
