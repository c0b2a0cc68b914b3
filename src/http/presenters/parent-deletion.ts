import { fullName, type Parent } from '../../parents/parent.ts';
import type { Photo } from '../../photos/photo.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';
import { maySend } from './parent-photo-page.ts';
import { shownOf } from './parent-status-pages.ts';

export type DeletionPage = {
  layout: ParentLayout;
  action: string;
  csrf: string;
  fullName: string;
  picture: string | null;
  /** 'Approved 12 May 2025' or 'Sent 12 May 2025'. */
  standing: string | null;
  several: boolean;
  keepHref: string;
};

type Deletion = { parent: Parent; photos: Photo[]; csrf: string };

/** 'Delete your photo?' */
export const presentDeletion = (around: Around, { parent, photos, csrf }: Deletion): DeletionPage => {
  const { t, date } = around.speech;
  const photo = shownOf(parent, photos) ?? photos[0];
  const approved = photo?.status === 'approved' ? photo.reviewedAt : null;
  const sent = photo && t('deletion.sent', { date: date(photo.uploadedAt) });
  return {
    layout: presentParentLayout(around, t('deletion.tab')),
    action: to.parentDeletion(parent.id),
    csrf,
    fullName: fullName(parent),
    picture: photo ? to.parentPicture(parent.id, photo.id, 'portrait') : null,
    standing: approved ? t('approved.on', { date: date(approved) }) : (sent ?? null),
    several: photos.length > 1,
    keepHref: to.parent(parent.id),
  };
};

export type DeletionDonePage = { layout: ParentLayout; child: string; photoHref: string | null };

/** Nothing is stored any more. */
export const presentDeletionDone = (
  around: Around,
  { parent, now }: { parent: Parent; now: Date },
): DeletionDonePage => ({
  layout: presentParentLayout(around, around.speech.t('deletion.done-title')),
  child: parent.childName,
  photoHref: maySend(parent, now) ? to.parentPhoto(parent.id) : null,
});
