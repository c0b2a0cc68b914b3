import { fullName, type Parent } from '../../parents/parent.ts';
import { type Photo, type RejectReason, rejectReasons } from '../../photos/photo.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import type { DecisionFault, DecisionTyped } from '../forms/decision-form.ts';
import { to } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeLayout } from './admin-layout.ts';
import { presentChild } from './admin-person.ts';
import { type DecisionForm, presentDecision } from './admin-review.ts';
import { reviewAddress } from './review-address.ts';

/** What the parent reads for a reason, in the parent's own language. */
type Preview = { reason: RejectReason; title: string; advice: string };

export type RejectPage = {
  layout: OfficeLayout;
  back: { href: string; parts: RichPart[] };
  backTo: 'review' | 'parent';
  className: string;
  person: { href: string; name: string; child: RichPart[] };
  photo: { address: string; alt: string; width: number; height: number; sent: string; status: string };
  approvedStays: boolean;
  form: DecisionForm;
  willRead: RichPart[];
  language: { code: string; dir: 'ltr' | 'rtl' };
  /** Of the chosen reason; before one is chosen, of all. */
  previews: Preview[];
  chosen: boolean;
};

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  dates: OfficeDates;
  parent: Parent;
  photo: Photo;
  /** An approved photo beside this one. */
  approvedStays: boolean;
  /** Speaks as the parent's pages do. */
  parentSpeech: Speech;
  backTo: 'review' | 'parent';
  className: string | null;
  typed: DecisionTyped | undefined;
  faults: DecisionFault[];
};

/** A page of its own for a rejection: reasons, a message, and the words that the parent will read. */
export const presentReject = (seen: Seen): RejectPage => {
  const { layout, speech, dates, parent, photo, parentSpeech, backTo, className, typed } = seen;
  const name = fullName(parent);
  const reason = typed?.reason;
  return {
    layout,
    back:
      backTo === 'parent'
        ? { href: to.adminParent(parent.id), parts: [{ text: name, value: true, strong: false }] }
        : { href: reviewAddress({ photo: photo.id, className }), parts: speech.rich('office.reject.back') },
    backTo,
    className: className ?? '',
    person: { href: to.adminParent(parent.id), name, child: presentChild(speech, parent, 'strong') },
    photo: {
      address: to.adminPicture(photo.id, 'full'),
      alt: speech.t('office.photoSentBy', { name }),
      width: photo.width,
      height: photo.height,
      status: photo.status,
      sent: speech.t('office.review.sent', { when: dates.within(photo.uploadedAt) }),
    },
    approvedStays: seen.approvedStays,
    form: presentDecision({ ...seen, language: parentSpeech.language }, photo.id, 'office.reject.parentReads'),
    willRead: speech.rich('office.reject.willRead', { name: parent.name }),
    language: { code: parentSpeech.language, dir: parentSpeech.dir },
    previews: (reason ? [reason] : rejectReasons).map((one) => ({
      reason: one,
      title: parentSpeech.t(`reason.${one}.title`),
      advice: parentSpeech.t(`reason.${one}.advice`),
    })),
    chosen: reason !== undefined,
  };
};
