import type { ParentCounts } from '../../dashboard/count-parents.ts';
import { fullName, type Parent } from '../../parents/parent.ts';
import type { RejectReason } from '../../photos/photo.ts';
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
import { presentChild } from './admin-person.ts';
import { presentReasonChoices } from './admin-reasons.ts';

type ClassFilter = { action: string; classes: { name: string; chosen: boolean }[] };
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
  filter: ClassFilter;
  className: string;
  position: string;
  previous: string | null;
  next: string | null;
  person: { href: string; name: string; child: RichPart[] };
  photo: { address: string; alt: string; width: number; height: number; sent: string; damaged: boolean };
  approvedBefore: { address: string; alt: string } | null;
  form: DecisionForm;
};

export type ReviewEmptyPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  filter: ClassFilter | null;
  heading: string;
  texts: string[];
  way: { href: string; text: string };
};

type Around = { layout: OfficeLayout; speech: Speech; notice: OfficeNotice | null; className: string | null };

type Seen = Around & {
  dates: OfficeDates;
  found: WaitingPhoto;
  classes: string[];
  /** The language in which this parent reads the reason. */
  language: Language;
  typed?: DecisionTyped | undefined;
  faults?: DecisionFault[];
};

/** One waiting photo, large, with the parent beside it and the decision below. */
export const presentReview = (seen: Seen): ReviewPage => {
  const { layout, speech, dates, notice, className, found, classes } = seen;
  const { photo, parent } = found;
  const name = fullName(parent);
  const when = dates.within(photo.uploadedAt);
  return {
    layout,
    notice,
    filter: { action: paths.review, classes: withChosen(classes, className) },
    className: className ?? '',
    position: speech.t('office.review.position', {
      position: speech.number(found.position),
      waiting: speech.number(found.waiting),
    }),
    previous: found.previous === null ? null : reviewAddress({ photo: found.previous, className }),
    next: found.next === null ? null : reviewAddress({ photo: found.next, className }),
    person: { href: to.adminParent(parent.id), name, child: presentChild(speech, parent, 'strong') },
    photo: {
      address: to.adminPicture(photo.id, 'full'),
      alt: speech.t('office.photoSentBy', { name }),
      width: photo.width,
      height: photo.height,
      sent:
        found.tries > 1
          ? speech.t('office.review.sentAgain', { when, tries: found.tries })
          : speech.t('office.review.sent', { when }),
      damaged: photo.mayBeDamaged,
    },
    approvedBefore:
      found.approvedPhotoId === null
        ? null
        : { address: to.adminPicture(found.approvedPhotoId, 'thumb'), alt: speech.t('office.photoOf', { name }) },
    form: presentDecision(seen, photo.id, 'office.review.parentReads'),
  };
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

/** The review page's address; what is not given is left out. */
export const reviewAddress = ({
  className,
  ...place
}: {
  className: string | null;
  photo?: number;
  after?: number;
  done?: string;
  of?: number;
}): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(place)) query.set(name, String(value));
  if (className !== null) query.set('class', className);
  return query.size === 0 ? paths.review : `${paths.review}?${query.toString()}`;
};

type EmptySeen = Around & {
  counts: ParentCounts;
  /** Photos that wait in the whole school. */
  waiting: number;
  today: { approved: number; rejected: number };
};

/** No photo waits: what was done today, and who is still missing. */
export const presentReviewEmpty = (seen: EmptySeen): ReviewEmptyPage => {
  const { layout, speech, notice, className, counts, waiting, today } = seen;
  const { not_opened, opened, expired, revoked } = counts.byStatus;
  const missing = not_opened + opened + expired + revoked;
  const elsewhere = className !== null && waiting > 0;
  return {
    layout,
    notice,
    filter: elsewhere ? { action: paths.review, classes: withChosen(counts.classes, className) } : null,
    heading: className === null ? speech.t('office.review.done') : speech.t('office.review.doneInClass', { className }),
    texts: [
      ...(elsewhere ? [speech.t('office.review.otherClasses', { count: waiting })] : []),
      ...(today.approved + today.rejected > 0 ? [speech.t('office.review.today', today)] : []),
      ...(missing > 0 ? [speech.t('office.review.missing', { count: missing })] : []),
    ],
    way: elsewhere
      ? { href: paths.review, text: speech.t('office.review.showAll') }
      : { href: paths.adminParents, text: speech.t('office.review.showMissing') },
  };
};

/** The language in which a parent's pages speak: their own, else the school's. */
export const languageOf = (parent: Pick<Parent, 'locale'>, school: { defaultLocale: Language }): Language =>
  parent.locale ?? school.defaultLocale;
