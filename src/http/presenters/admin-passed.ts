import { fullName } from '../../parents/parent.ts';
import { MOST_PASSED, type PassedPhoto } from '../../photos/passed-photos.ts';
import type { Speech } from '../../platform/i18n.ts';
import { paths, to } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { OfficeNotice } from './admin-notice.ts';
import { presentUndo, type UndoForm } from './admin-undo.ts';
import { passedAddress, reviewAddress } from './review-address.ts';

export type PassedPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  undo: UndoForm | null;
  back: string;
  action: string;
  className: string;
  /** Says how many; on a later page, how many are on it. */
  lead: string;
  faces: { id: number; address: string; name: string; className: string | null }[];
  last: number;
  /** The next page; null on the last one. */
  next: string | null;
  counted: { zero: string; one: string; many: string };
};

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  dates: OfficeDates;
  notice: OfficeNotice | null;
  last: Parameters<typeof presentUndo>[0]['last'];
  className: string | null;
  photos: PassedPhoto[];
  more: boolean;
  count: number;
};

/** A grid of the photos that passed every check, all of them ticked. */
export const presentPassed = (seen: Seen): PassedPage => {
  const { layout, speech, className, photos, more, count } = seen;
  const last = photos.at(-1)?.photoId ?? 0;
  return {
    layout,
    ...presentUndo(seen),
    back: reviewAddress({ className }),
    action: paths.reviewPassed,
    className: className ?? '',
    lead:
      photos.length === count
        ? speech.t('office.passed.lead', { count })
        : speech.t('office.passed.leadSome', { count: photos.length, all: presentPassedCount(speech, count) }),
    faces: photos.map((photo) => ({
      id: photo.photoId,
      address: to.adminPicture(photo.photoId, 'portrait'),
      name: fullName(photo),
      className: photo.className === null ? null : speech.t('office.passed.class', { className: photo.className }),
    })),
    last,
    next: more ? passedAddress({ className, after: last }) : null,
    counted: {
      zero: speech.t('office.passed.zero'),
      one: speech.t('office.passed.one'),
      many: speech.t('office.passed.many'),
    },
  };
};

/** '12', or '1,000+' */
export const presentPassedCount = (speech: Speech, count: number): string =>
  count > MOST_PASSED ? speech.t('office.passed.most', { most: MOST_PASSED }) : speech.number(count);
