import type { ParentCounts } from '../../dashboard/count-parents.ts';
import type { Speech } from '../../platform/i18n.ts';
import { paths } from '../paths.ts';

/** The headline: how many have an approved photo, and a bar of what the others wait for. */
export type OfficeSummary = {
  headline: string;
  share: string;
  /** Pieces of the bar on a grid 1000 wide. */
  pieces: { css: string; x: string; width: string }[];
  barText: string;
  legend: { css: string; text: string }[];
  review: { href: string; text: string } | null;
};

const WIDTH = 1000;
const GAP = 3;

export const presentSummary = (
  { t, number }: Speech,
  { total, byStatus }: ParentCounts,
  className: string | null,
): OfficeSummary => {
  const { approved, pending, opened, rejected } = byStatus;
  const rest = total - approved - pending - opened - rejected;
  const groups = [
    { css: 'sb-ok', n: approved, key: 'approved' },
    { css: 'sb-wait', n: pending, key: 'pending' },
    { css: 'sb-info', n: opened, key: 'opened' },
    { css: 'sb-bad', n: rejected, key: 'rejected' },
    { css: 'sb-mute', n: rest, key: 'rest' },
  ] as const;
  const percent = number(percentOf(approved, total));
  return {
    headline: t('office.list.approvedOf', { approved: number(approved), total: number(total) }),
    share:
      className === null
        ? t('office.list.approvedShare', { percent })
        : t('office.list.approvedShareInClass', { percent, className }),
    pieces: piecesOf(groups, total),
    barText: t('office.list.bar', { approved, pending, opened, rejected, rest }),
    legend: groups
      .filter(({ n }) => n > 0)
      .map(({ css, n, key }) => ({ css, text: t(`office.list.legend.${key}`, { number: number(n) }) })),
    review: pending > 0 ? { href: reviewAddress(className), text: t('office.list.review', { count: pending }) } : null,
  };
};

/** Whole percents; all of it is said only when it is all, and nothing only when it is nothing. */
const percentOf = (part: number, whole: number): number => {
  if (part === 0 || whole === 0) return 0;
  if (part === whole) return 100;
  return Math.min(99, Math.max(1, Math.round((part / whole) * 100)));
};

const piecesOf = (groups: readonly { css: string; n: number }[], total: number): OfficeSummary['pieces'] => {
  let x = 0;
  return groups
    .filter(({ n }) => n > 0)
    .map(({ css, n }) => {
      const share = (n / total) * WIDTH;
      const piece = { css, x: x.toFixed(1), width: Math.max(1, share - GAP).toFixed(1) };
      x += share;
      return piece;
    });
};

const reviewAddress = (className: string | null): string =>
  className === null ? paths.review : `${paths.review}?${new URLSearchParams({ class: className }).toString()}`;
