import { fullName, type Parent } from '../../parents/parent.ts';
import { type RejectReason, rejectReasons } from '../../photos/photo.ts';
import type { WaitingPhoto } from '../../photos/review-queue.ts';
import type { Speech } from '../../platform/i18n.ts';
import { type Language, languageNames } from '../../platform/languages.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import type { DecisionFault, DecisionTyped } from '../forms/decision-form.ts';
import { paths, to } from '../paths.ts';
import { withChosen } from './admin-dashboard.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { OfficeNotice } from './admin-notice.ts';
import { presentPassedCount } from './admin-passed.ts';
import { presentChild } from './admin-person.ts';
import { presentReasonChoices } from './admin-reasons.ts';
import { type PhotoChecks, presentPhotoChecks } from './admin-photo-checks.ts';
import { presentUndo, type UndoForm } from './admin-undo.ts';
import { passedAddress, withClass } from './review-address.ts';

export type ClassFilter = { action: string; classes: { name: string; chosen: boolean }[] };
type Faults = { title: string; list: { field: string; text: string }[]; reason: string | null; note: string | null };

/** What a form for a decision holds; the same on the review page and on the page for a rejection. */
export type DecisionForm = {
  action: string;
  reasons: { value: RejectReason; text: string; chosen: boolean }[];
  parentReads: string;
  note: string;
  faults: Faults;
};

export type ReviewPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  undo: UndoForm | null;
  filter: ClassFilter;
  className: string;
  position: string;
  /** Photos that passed every check, to be approved together. */
  passed: { href: string; text: string } | null;
  /** Where a photo is claimed; `state` says who has this one. */
  claim: { action: string; photo: number; state: 'free' | 'mine' | 'taken' };
  /** A colleague is looking at it. */
  claimed: RichPart[] | null;
  /** The photos beside it, claimed by a POST each. */
  previous: number | null;
  next: number | null;
  /** The next picture, which the script loads ahead. */
  ahead: string | null;
  person: { href: string; name: string; child: RichPart[] };
  photo: { address: string; alt: string; width: number; height: number; sent: string; damaged: boolean; crop: string };
  checks: PhotoChecks;
  approvedBefore: { address: string; alt: string } | null;
  form: DecisionForm;
  keys: typeof reviewKeys;
};

/** The keys of the review, as `aria-keyshortcuts` has them. Reasons have 1 to 7. */
const reviewKeys = {
  approve: 'A',
  reject: 'R',
  zoom: 'Z',
  undo: 'U', // admin-undo.ts
  next: 'J',
  previous: 'K',
  firstReason: '1',
  lastReason: String(rejectReasons.length),
} as const;

export type ReviewAround = {
  layout: OfficeLayout;
  speech: Speech;
  dates: OfficeDates;
  notice: OfficeNotice | null;
  /** What this reviewer decided last, as long as it can be taken back. */
  last: Parameters<typeof presentUndo>[0]['last'];
  className: string | null;
};

type Seen = ReviewAround & {
  /** Who looks: their id. */
  me: number;
  /** Photos of the class that passed every check. */
  passed: number;
  found: WaitingPhoto;
  classes: string[];
  /** The language in which this parent reads the reason. */
  language: Language;
  typed?: DecisionTyped | undefined;
  faults?: DecisionFault[];
};

/** One waiting photo, large, with the parent beside it and the decision below. */
export const presentReview = (seen: Seen): ReviewPage => {
  const { layout, speech, dates, className, found, classes, me } = seen;
  const { photo, parent } = found;
  const name = fullName(parent);
  const when = dates.within(photo.uploadedAt);
  return {
    layout,
    ...presentUndo(seen),
    filter: { action: paths.review, classes: withChosen(classes, className) },
    className: className ?? '',
    position: speech.t('office.review.position', {
      position: speech.number(found.position),
      waiting: speech.number(found.waiting),
    }),
    passed: presentPassedLink(seen),
    claim: { action: paths.reviewClaim, photo: photo.id, state: claimState(found, me) },
    claimed:
      claimState(found, me) === 'taken'
        ? speech.rich('office.review.claimed', { name: found.claim?.name ?? '' })
        : null,
    previous: found.previous,
    next: found.next,
    ahead: found.next === null ? null : to.adminPicture(found.next, 'full'),
    person: { href: to.adminParent(parent.id), name, child: presentChild(speech, parent, 'strong') },
    photo: {
      address: to.adminPicture(photo.id, 'full'),
      alt: speech.t('office.photoSentBy', { name }),
      width: photo.width,
      height: photo.height,
      sent: presentSent(speech, when, found.tries),
      damaged: photo.mayBeDamaged,
      crop: withClass(to.adminCrop(photo.id), className),
    },
    checks: presentPhotoChecks(speech, photo),
    approvedBefore:
      found.approvedPhotoId === null
        ? null
        : { address: to.adminPicture(found.approvedPhotoId, 'portrait'), alt: speech.t('office.photoOf', { name }) },
    form: presentDecision(seen, photo.id, 'office.review.parentReads'),
    keys: reviewKeys,
  };
};

const claimState = ({ claim }: WaitingPhoto, me: number): ReviewPage['claim']['state'] => {
  if (claim === null) return 'free';
  return claim.staffId === me ? 'mine' : 'taken';
};

const presentPassedLink = ({ speech, className, passed }: Seen): ReviewPage['passed'] =>
  passed === 0
    ? null
    : {
        href: passedAddress({ className }),
        text: speech.t('office.review.passed', { number: presentPassedCount(speech, passed) }),
      };

/** When it was sent, and which try it is. */
const presentSent = (speech: Speech, when: string, tries: number): string => {
  if (tries === 1) return speech.t('office.review.sent', { when });
  if (tries === 2) return speech.t('office.review.sentSecond', { when });
  if (tries === 3) return speech.t('office.review.sentThird', { when });
  return speech.t('office.review.sentAgain', { when, tries });
};

/** The fields of a decision about a photo, with what was chosen and what is missing. */
export const presentDecision = (
  { speech, language, typed, faults = [] }: Pick<Seen, 'speech' | 'language' | 'typed' | 'faults'>,
  photoId: number,
  parentReads: 'office.review.parentReads' | 'office.reject.parentReads',
): DecisionForm => {
  const list = faults.map(({ field, fault }) => ({
    field,
    text: speech.t(fault === 'reasonMissing' ? 'office.review.reasonMissing' : `office.form.fault.${fault}`),
  }));
  const textOf = (field: DecisionFault['field']) => list.find((fault) => fault.field === field)?.text ?? null;
  return {
    action: to.adminDecision(photoId),
    reasons: presentReasonChoices(speech, typed?.reason),
    parentReads: speech.t(parentReads, { language: languageNames[language] }),
    note: typed?.note ?? '',
    faults: {
      title: speech.t('office.error.title', { count: list.length }),
      list,
      reason: textOf('reason'),
      note: textOf('note'),
    },
  };
};

/** The language in which a parent's pages speak: their own, else the school's. */
export const languageOf = (parent: Pick<Parent, 'locale'>, school: { defaultLocale: Language }): Language =>
  parent.locale ?? school.defaultLocale;
