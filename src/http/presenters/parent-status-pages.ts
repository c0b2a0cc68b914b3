import { fullName, type Parent } from '../../parents/parent.ts';
import type { Language } from '../../platform/languages.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { adviceForParent } from '../../photos/photo-check.ts';
import type { Photo } from '../../photos/photo.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';
import { maySend, type PhotoForm, type PhotoFormParts, presentPhotoForm } from './parent-photo-page.ts';

/** Why a photo was rejected, in the parent's language; the note is the reviewer's own words in `lang`. */
export type Rejection = {
  reasons: { title: string; advice: string }[];
  note: { parts: RichPart[]; lang: Language } | null;
};

type Page = { layout: ParentLayout; deletionHref: string };

export type PendingPage = Page & {
  name: string;
  fullName: string;
  child: string;
  picture: string | null;
  sentAt: string | null;
  damaged: boolean;
  /** The page that says what could be better, for a photo that was not sent anyway. */
  checksHref: string | null;
  oldStays: boolean;
  photoHref: string | null;
};

export type ApprovedPage = Page & {
  fullName: string;
  child: string;
  collects: RichPart[];
  picture: string | null;
  approvedOn: string | null;
  /** A newer photo was rejected: the approved one stays in force. */
  newer: Rejection | null;
  photoHref: string | null;
};

export type RejectedPage = Page & { picture: string | null; rejection: Rejection; form: PhotoForm | null };

export type StatusPage =
  | { view: 'parent/pending'; model: PendingPage }
  | { view: 'parent/approved'; model: ApprovedPage }
  | { view: 'parent/rejected'; model: RejectedPage };

type Status = PhotoFormParts & { photos: Photo[]; now: Date };

/** What became of the photo that was sent last, with the face. `photos`: the parent's, newest first. */
export const presentStatus = (around: Around, status: Status): StatusPage => {
  if (status.parent.status === 'approved') return { view: 'parent/approved', model: presentApproved(around, status) };
  if (status.parent.status === 'rejected') return { view: 'parent/rejected', model: presentRejected(around, status) };
  return { view: 'parent/pending', model: presentPending(around, status) };
};

const presentPending = (around: Around, { parent, photos, now }: Status): PendingPage => {
  const { t, moment } = around.speech;
  const photo = shownOf(parent, photos);
  return {
    layout: presentParentLayout(around, t('pending.tab')),
    name: parent.name,
    fullName: fullName(parent),
    child: parent.childName,
    picture: photo ? to.parentPicture(parent.id, photo.id, 'portrait') : null,
    sentAt: photo ? moment(photo.uploadedAt, now) : null,
    damaged: photo?.checks === null && photo.mayBeDamaged,
    checksHref: isAdvised(photo) ? to.parentChecks(parent.id, photo.id) : null,
    oldStays: photos.some(({ status }) => status === 'approved'),
    photoHref: maySend(parent, now) ? to.parentPhoto(parent.id) : null,
    deletionHref: to.parentDeletion(parent.id),
  };
};

const presentApproved = (around: Around, { parent, photos, now }: Status): ApprovedPage => {
  const { t, rich, date } = around.speech;
  const photo = shownOf(parent, photos);
  const collects =
    parent.className === null
      ? rich('status.collects', { child: parent.childName })
      : rich('status.collects-class', { child: parent.childName, class: parent.className });
  return {
    layout: presentParentLayout(around, t('approved.title')),
    fullName: fullName(parent),
    child: parent.childName,
    collects,
    picture: photo ? to.parentPicture(parent.id, photo.id, 'full') : null,
    approvedOn: photo?.reviewedAt ? t('approved.on', { date: date(photo.reviewedAt) }) : null,
    newer: newerRejection(around, parent, photos),
    photoHref: maySend(parent, now) ? to.parentPhoto(parent.id) : null,
    deletionHref: to.parentDeletion(parent.id),
  };
};

const presentRejected = (around: Around, status: Status): RejectedPage => {
  const { parent, photos, now } = status;
  const photo = shownOf(parent, photos);
  return {
    layout: presentParentLayout(around, around.speech.t('rejected.title')),
    picture: photo ? to.parentPicture(parent.id, photo.id, 'portrait') : null,
    rejection: presentRejection(around, photo ?? photos[0]),
    form: maySend(parent, now) ? presentPhotoForm(status, 'upload.take-new') : null,
    deletionHref: to.parentDeletion(parent.id),
  };
};

/** A photo that waits, and whose parent was not done with the advice yet. */
export const isAdvised = (photo: Photo | undefined): photo is Photo =>
  photo?.status === 'pending' && photo.sentAnywayAt === null && adviceForParent(photo.checks).length > 0;

/** The photo that the parent's row names; undefined when its files are gone. */
export const shownOf = (parent: Parent, photos: Photo[]): Photo | undefined =>
  photos.find(({ id }) => id === parent.photoId);

/** With an approved photo in force: why the newest one was not taken. */
export const newerRejection = (around: Around, parent: Parent, photos: Photo[]): Rejection | null => {
  const [newest] = photos;
  return parent.status === 'approved' && newest?.status === 'rejected' ? presentRejection(around, newest) : null;
};

export const presentRejection = ({ speech, school }: Around, photo: Photo | undefined): Rejection => ({
  reasons: (photo?.rejectReasons ?? []).map((reason) => ({
    title: speech.t(`reason.${reason}.title`),
    advice: speech.t(`reason.${reason}.advice`),
  })),
  note: photo?.rejectNote ? presentNote(speech, photo.rejectNote, school?.defaultLocale ?? 'en') : null,
});

const presentNote = (speech: Speech, note: string, lang: Language) => ({
  parts: speech.rich('rejected.note', { note }),
  lang,
});
