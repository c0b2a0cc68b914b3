// What should become of photos and links (product.md), as plainly as it can be said: no database, no locks, no times but
// whole days. Random commands are given to this and to the service, which must agree.
import type { ParentStatus } from '../../src/parents/parent.ts';

const LINK_DAYS = 30;
const KEEP_DAYS = 30;

type Status = 'pending' | 'approved' | 'rejected' | 'superseded';
export type PhotoModel = {
  id: number;
  uploadId: string;
  status: Status;
  /** The day on which it was superseded or, before that, decided. */
  supersededOn: number | null;
  decidedOn: number | null;
  passed: boolean;
  cleared: boolean;
};
type DecisionModel = {
  id: number;
  photo: PhotoModel;
  decision: 'approved' | 'rejected';
  from: 'pending' | 'approved';
  replaced: PhotoModel | null;
  by: number;
  undone: boolean;
};
export type ParentModel = {
  id: number;
  photos: PhotoModel[];
  decisions: DecisionModel[];
  issuedOn: number;
  lapsed: boolean;
  revoked: boolean;
  notMe: boolean;
  archived: boolean;
  declined: boolean;
  opened: boolean;
  /** The day of the last 'Start': a second one in the same minute is a double tap. */
  startedOn: number | null;
  erased: boolean;
  /** What the event log should say, oldest first. */
  log: string[];
};
export type LifeModel = { today: number; parents: ParentModel[] };
export type ReviewerModel = { staffId: number; role: 'admin' | 'reviewer' };

export const newParent = (id: number, today: number): ParentModel => ({
  ...{ id, photos: [], decisions: [], issuedOn: today, lapsed: false, revoked: false, notMe: false },
  ...{ archived: false, declined: false, opened: false, startedOn: null, erased: false, log: ['parent.created'] },
});

export const isOpen = (parent: ParentModel, today: number): boolean =>
  !parent.erased && !parent.revoked && !parent.notMe && !parent.archived && today - parent.issuedOn < LINK_DAYS;

/** One word, the first that holds. */
export const statusOf = (parent: ParentModel): ParentStatus => {
  const some = (status: Status) => parent.photos.some((photo) => photo.status === status);
  if (some('pending')) return 'pending';
  if (some('approved')) return 'approved';
  if (parent.photos.at(-1)?.status === 'rejected') return 'rejected';
  if (parent.declined) return 'declined';
  if (parent.revoked) return 'revoked';
  if (parent.lapsed) return 'expired';
  return parent.opened ? 'opened' : 'not_opened';
};

const supersede = (parent: ParentModel, status: 'pending' | 'approved', today: number): PhotoModel | null => {
  const photo = parent.photos.find((one) => one.status === status);
  if (!photo) return null;
  Object.assign(photo, { status: 'superseded', supersededOn: today });
  parent.log.push(`photo.superseded ${photo.id}`);
  return photo;
};

export const send = (parent: ParentModel, today: number, sent: { id: number; uploadId: string }): void => {
  supersede(parent, 'pending', today);
  if (parent.declined) parent.log.push('parent.decline-undone');
  parent.declined = false;
  const waiting = { status: 'pending', supersededOn: null, decidedOn: null, passed: false, cleared: false } as const;
  parent.photos.push({ ...sent, ...waiting });
  parent.log.push(`photo.received ${sent.id}`);
};

/** Why a decision is refused; undefined: it is taken. */
export const whyNotDecide = (parent: ParentModel, photo: PhotoModel, from: Status): string | undefined => {
  if (parent.erased || parent.archived || photo.cleared || !parent.photos.includes(photo)) return 'not-found';
  if (photo.status === 'superseded') return 'replaced';
  return photo.status === from ? undefined : 'already-decided';
};

type Decided = { id: number; by: number; today: number };

export const approve = (parent: ParentModel, photo: PhotoModel, { id, by, today }: Decided): void => {
  const replaced = supersede(parent, 'approved', today);
  Object.assign(photo, { status: 'approved', decidedOn: today });
  parent.decisions.push({ id, photo, decision: 'approved', from: 'pending', replaced, by, undone: false });
  parent.log.push(`photo.approved ${photo.id}`);
};

export const reject = (parent: ParentModel, photo: PhotoModel, { id, by, today }: Decided): void => {
  const from = photo.status === 'approved' ? 'approved' : 'pending';
  Object.assign(photo, { status: 'rejected', decidedOn: today });
  parent.decisions.push({ id, photo, decision: 'rejected', from, replaced: null, by, undone: false });
  parent.log.push(`photo.rejected ${photo.id}`);
};

export const whyNotUndo = (parent: ParentModel, made: DecisionModel, who: ReviewerModel): string | undefined => {
  if (parent.erased || parent.archived || !parent.decisions.includes(made)) return 'not-found';
  if (who.role !== 'admin' && made.by !== who.staffId) return 'not-yours';
  if (made.undone) return 'undone-already';
  if (parent.decisions.some((other) => !other.undone && other.id > made.id)) return 'decided-since';
  if (parent.photos.some(({ status }) => status === 'pending')) return 'newer-waits';
  return made.photo.cleared || made.replaced?.cleared ? 'files-gone' : undefined;
};

export const undo = (parent: ParentModel, made: DecisionModel): void => {
  made.undone = true;
  Object.assign(made.photo, { status: made.from, decidedOn: null });
  parent.log.push(`photo.undecided ${made.photo.id}`);
  if (!made.replaced) return;
  Object.assign(made.replaced, { status: 'approved', supersededOn: null });
  parent.log.push(`photo.reinstated ${made.replaced.id}`);
};

/** Files of what is no longer of use go after so many days. */
export const clear = (parent: ParentModel, today: number): void => {
  for (const photo of parent.photos) {
    const since = photo.supersededOn ?? photo.decidedOn;
    const old = photo.status === 'superseded' || photo.status === 'rejected';
    if (!old || photo.cleared || since === null || today - since < KEEP_DAYS) continue;
    photo.cleared = true;
    parent.log.push(`photo.cleared ${photo.id}`);
  }
};

export const lapse = (parent: ParentModel, today: number): void => {
  if (today - parent.issuedOn >= LINK_DAYS) parent.lapsed = true;
};

export const renew = (parent: ParentModel, today: number): void => {
  Object.assign(parent, { issuedOn: today, lapsed: false, revoked: false, notMe: false, declined: false });
};

export const removePhotos = (parent: ParentModel): PhotoModel[] => {
  const gone = parent.photos;
  Object.assign(parent, { photos: [], decisions: [] });
  return gone;
};
