import type { TimelineEntry } from '../../dashboard/timeline.ts';
import { fullName, type Parent } from '../../parents/parent.ts';
import type { QrPicture } from '../../parents/link-qr.ts';
import type { Decision } from '../../photos/decision-records.ts';
import type { Photo } from '../../photos/photo.ts';
import type { Speech } from '../../platform/i18n.ts';
import { languageNames } from '../../platform/languages.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { paths, to } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeLayout } from './admin-layout.ts';
import { type LinkCard, presentLinkCard } from './admin-link-card.ts';
import type { OfficeNotice } from './admin-notice.ts';
import { presentReasons } from './admin-reasons.ts';
import { type PhotoChecks, presentPhotoChecks } from './admin-photo-checks.ts';
import { presentArchived, presentStatus, type StatusTag } from './admin-status.ts';
import { presentTimeline, type TimelineItem } from './admin-timeline.ts';

type Detail = { label: string; parts: RichPart[]; ltr: boolean };

export type ParentDetailPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  back: string;
  name: string;
  id: number;
  status: string;
  tag: StatusTag;
  /** What only people who may change parents see. */
  edit: string | null;
  review: string | null;
  photo: {
    address: string;
    alt: string;
    fileName: string;
    width: number;
    height: number;
    /** Where an approval is sent, for a photo that waits. */
    approve: string | null;
    reject: string | null;
    crop: string | null;
    rejectedFor: { reasons: string; note: string | null } | null;
    checks: PhotoChecks;
  } | null;
  /** Takes the last decision about this parent's photos back, where this can be done and who looks may. */
  undo: { action: string; decision: number; text: string } | null;
  approvedBefore: { address: string; alt: string } | null;
  alert: { text: RichPart[]; edit: string; newLink: string; clear: string; mayAct: boolean } | null;
  archived: { title: RichPart[]; restore: string; mayAct: boolean } | null;
  details: Detail[];
  link: LinkCard | null;
  history: TimelineItem[];
  leaving: { text: RichPart[]; archive: string | null; erase: string } | null;
};

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  dates: OfficeDates;
  notice: OfficeNotice | null;
  mayChange: boolean;
  parent: Parent;
  photos: Photo[];
  entries: TimelineEntry[];
  /** The last decision that this member of staff may still take back. */
  undoable: Decision | undefined;
  consent: { version: string; agreedAt: Date } | undefined;
  /** The onboarding link and its QR code; the office's other roles never get it. */
  link: { url: string; qr: QrPicture; ttlDays: number; now: Date } | undefined;
};

/** Everything about one parent: photo, details, link, history. */
export const presentParentDetail = (seen: Seen): ParentDetailPage => {
  const { layout, speech, dates, parent, photos, mayChange } = seen;
  const archived = parent.archivedAt !== null;
  const pending = photos.find((photo) => photo.status === 'pending');
  return {
    layout,
    notice: seen.notice,
    back: paths.adminParents,
    name: fullName(parent),
    id: parent.id,
    status: parent.status,
    tag: archived ? presentArchived(speech) : presentStatus(speech, parent.status),
    edit: mayChange && !archived ? to.adminParentEdit(parent.id) : null,
    review: pending && !archived ? `${paths.review}?photo=${pending.id}` : null,
    photo: presentPhoto(seen),
    undo: presentUndo(seen),
    approvedBefore: pending ? presentApproved(seen) : null,
    alert: presentAlert(seen),
    archived: presentArchivedNotice(seen),
    details: presentDetails(seen),
    link: presentLink(seen),
    history: presentTimeline({ speech, dates, parent, waiting: pending, entries: seen.entries }),
    leaving: mayChange ? presentLeaving(seen) : null,
  };
};

/** The link stands still while the parent is archived or 'This is not me' is not cleared: nothing to copy then. */
const presentLink = (seen: Seen): LinkCard | null => {
  const { link, parent } = seen;
  return link && !parent.archivedAt && !parent.notMeAt ? presentLinkCard({ ...seen, ...link }) : null;
};

const presentLeaving = ({ speech, parent }: Seen): ParentDetailPage['leaving'] => ({
  text: speech.rich('office.parent.leavingText', { name: parent.name }),
  archive: parent.archivedAt ? null : to.adminArchive(parent.id),
  erase: to.adminErasure(parent.id),
});

const presentArchivedNotice = ({ speech, parent, mayChange }: Seen): ParentDetailPage['archived'] =>
  parent.archivedAt === null
    ? null
    : {
        title: speech.rich('office.parent.archived', { name: fullName(parent) }),
        restore: to.adminRestore(parent.id),
        mayAct: mayChange,
      };

/** The photo that stays in force while a newer one waits. */
const presentApproved = ({ speech, parent, photos }: Seen): ParentDetailPage['approvedBefore'] => {
  const approved = photos.find((photo) => photo.status === 'approved');
  if (!approved) return null;
  const alt = speech.t('office.photoOf', { name: fullName(parent) });
  return { address: to.adminPicture(approved.id, 'portrait'), alt };
};

const presentPhoto = ({ speech, parent, photos }: Seen): ParentDetailPage['photo'] => {
  const photo = photos.find(({ id }) => id === parent.photoId);
  if (!photo) return null;
  const mayDecide = !parent.archivedAt && (photo.status === 'pending' || photo.status === 'approved');
  return {
    address: to.adminPicture(photo.id, 'full'),
    alt: speech.t('office.photoOf', { name: fullName(parent) }),
    fileName: `photo-${photo.id}.jpg`,
    width: photo.width,
    height: photo.height,
    approve: mayDecide && photo.status === 'pending' ? to.adminDecision(photo.id) : null,
    reject: mayDecide ? `${to.adminRejection(photo.id)}?back=parent` : null,
    checks: presentPhotoChecks(speech, photo),
    crop: mayDecide ? `${to.adminCrop(photo.id)}?back=parent` : null,
    rejectedFor:
      photo.status === 'rejected'
        ? { reasons: presentReasons(speech, photo.rejectReasons), note: photo.rejectNote }
        : null,
  };
};

const presentUndo = ({ speech, undoable }: Seen): ParentDetailPage['undo'] =>
  undoable
    ? {
        action: to.adminUndo(undoable.photoId),
        decision: undoable.id,
        text: speech.t(undoable.decision === 'approved' ? 'office.undo.ofApproval' : 'office.undo.ofRejection'),
      }
    : null;

const presentAlert = ({ speech, dates, parent, mayChange }: Seen): ParentDetailPage['alert'] => {
  if (parent.notMeAt === null || parent.archivedAt !== null) return null;
  const when = dates.within(parent.notMeAt);
  const text = () => {
    if (!mayChange) return speech.rich('office.parent.alertReviewer', { when });
    if (parent.email === null) return speech.rich('office.parent.alertWhen', { when });
    return speech.rich('office.parent.alertWhenEmail', { when, email: parent.email });
  };
  return {
    text: text(),
    edit: to.adminParentEdit(parent.id),
    newLink: to.adminLinkNew(parent.id),
    clear: to.adminAlert(parent.id),
    mayAct: mayChange,
  };
};

const presentDetails = ({ speech, dates, parent, photos, consent }: Seen): Detail[] => {
  const photo = photos.find(({ id }) => id === parent.photoId);
  const plain = (text: string): RichPart[] => [{ text, value: true, strong: false }];
  const given = (label: string, text: string | null, ltr = false): Detail[] =>
    text === null ? [] : [{ label, parts: plain(text), ltr }];
  const child = { child: parent.childName };
  return [
    {
      label: speech.t('office.parent.child'),
      parts:
        parent.className === null
          ? plain(parent.childName)
          : speech.rich('office.childInClass', { ...child, className: parent.className }),
      ltr: false,
    },
    ...given(speech.t('office.parent.email'), parent.email, true),
    ...given(speech.t('office.parent.phone'), parent.phone, true),
    ...given(speech.t('office.parent.language'), parent.locale && languageNames[parent.locale]),
    ...given(speech.t('office.parent.externalId'), parent.externalId),
    ...given(
      speech.t('office.parent.consent'),
      consent
        ? speech.t('office.parent.consentGiven', { when: dates.within(consent.agreedAt), version: consent.version })
        : speech.t('office.parent.consentNone'),
    ),
    ...given(speech.t('office.parent.checks'), photo ? presentPhotoChecks(speech, photo).summary : null),
  ];
};
