import type { RefusalCode } from '../../shared/errors.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';

/** What a parent can be told about an error; everything unforeseen is a `failure`. */
type ParentErrorKind = 'failure' | Exclude<RefusalCode, 'link-invalid' | 'session-ended' | 'sign-in-needed'>;

export type ErrorPage = {
  layout: ParentLayout;
  title: string;
  lead: string;
  /** Says how to see whether a photo arrived: for errors in the middle of something. */
  sent: boolean;
  againHref: string | null;
  reference: string | null;
  time: string;
};

type ErrorReport = {
  kind: ParentErrorKind;
  /** The id that the log has too; null where there is nothing to look up. */
  reference: string | null;
  /** Where 'Try again' leads; null for no button. */
  againHref: string | null;
  now: Date;
};

/** The page of every error that has none of its own; it never says more than its kind (R57). */
export const presentError = (around: Around, { kind, reference, againHref, now }: ErrorReport): ErrorPage => {
  const { t, date, time } = around.speech;
  const title = t(`error.${kind}.title`);
  return {
    layout: presentParentLayout(around, title),
    title,
    lead: t(`error.${kind}.lead`),
    sent: kind === 'failure' || kind === 'unavailable',
    againHref,
    reference,
    time: t('moment.other', { date: date(now), time: time(now) }),
  };
};
