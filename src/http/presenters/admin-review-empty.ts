import type { ParentCounts } from '../../dashboard/count-parents.ts';
import { paths } from '../paths.ts';
import { withChosen } from './admin-dashboard.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { OfficeNotice } from './admin-notice.ts';
import type { ClassFilter, ReviewAround } from './admin-review.ts';
import { presentUndo, type UndoForm } from './admin-undo.ts';

export type ReviewEmptyPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  undo: UndoForm | null;
  filter: ClassFilter | null;
  heading: string;
  texts: string[];
  way: { href: string; text: string };
};

type Seen = ReviewAround & {
  counts: ParentCounts;
  /** Photos that wait in the whole school. */
  waiting: number;
  today: { approved: number; rejected: number };
};

/** No photo waits: what was done today, and who is still missing. */
export const presentReviewEmpty = (seen: Seen): ReviewEmptyPage => {
  const { layout, speech, className, counts, waiting, today } = seen;
  const { not_opened, opened, expired, revoked } = counts.byStatus;
  const missing = not_opened + opened + expired + revoked;
  const elsewhere = className !== null && waiting > 0;
  return {
    layout,
    ...presentUndo(seen),
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
