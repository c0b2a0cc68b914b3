import { linkState, type Parent } from '../../parents/parent.ts';
import type { Photo } from '../../photos/photo.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';
import { isAdvised, newerRejection, presentRejection, type Rejection, shownOf } from './parent-status-pages.ts';

/** What became of the photo, in words: links get forwarded, so that the face waits for a button. */
export type ReceiptPage = {
  layout: ParentLayout;
  kind: 'pending' | 'approved' | 'rejected';
  name: string;
  child: string;
  sentAt: string | null;
  reviewedAt: string | null;
  rejection: Rejection | null;
  oldStays: boolean;
  advised: boolean;
  action: string;
  csrf: string;
  notMeHref: string;
  expired: boolean;
};

type Receipt = { parent: Parent; photos: Photo[]; csrf: string; now: Date };

/** The page at a link with which a photo was sent. `photos`: the parent's, newest first. */
export const presentReceipt = (around: Around, { parent, photos, csrf, now }: Receipt): ReceiptPage => {
  const { t, moment } = around.speech;
  const kind = kindOf(parent);
  const photo = shownOf(parent, photos) ?? (kind === 'rejected' ? photos[0] : undefined);
  const expired = linkState(parent, now) === 'expired';
  const tabs = { pending: 'pending.tab', approved: 'approved.title', rejected: 'rejected.title' } as const;
  return {
    layout: presentParentLayout(around, t(tabs[kind])),
    kind,
    name: parent.name,
    child: parent.childName,
    sentAt: photo ? moment(photo.uploadedAt, now) : null,
    reviewedAt: photo?.reviewedAt ? moment(photo.reviewedAt, now) : null,
    rejection: kind === 'rejected' ? presentRejection(around, photo) : newerRejection(around, parent, photos),
    oldStays: kind === 'pending' && photos.some(({ status }) => status === 'approved'),
    advised: isAdvised(photo),
    action: to.link(parent.uniqueId),
    csrf,
    notMeHref: to.linkNotMe(parent.uniqueId),
    expired,
  };
};

const kindOf = ({ status }: Parent): ReceiptPage['kind'] =>
  status === 'approved' || status === 'rejected' ? status : 'pending';
