import type { TimelineEntry } from '../../dashboard/timeline.ts';
import type { QrPicture } from '../../parents/link-qr.ts';
import { fullName, linkState, type Parent } from '../../parents/parent.ts';
import type { Speech } from '../../platform/i18n.ts';
import { to } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';

/** The onboarding link as the office handles it. */
export type LinkCard = {
  state: string;
  opened: string | null;
  /** Absent when the link is off: nobody should send it any more. */
  copy: { url: string; qr: QrPicture; qrText: string } | null;
  extend: { action: string; text: string } | null;
  newLink: string;
  revoke: string | null;
};

type Seen = {
  speech: Speech;
  dates: OfficeDates;
  parent: Parent;
  entries: TimelineEntry[];
  url: string;
  qr: QrPicture;
  /** Days that an extension gives, counted from today. */
  ttlDays: number;
  now: Date;
};

export const presentLinkCard = ({ speech, dates, parent, entries, url, qr, ttlDays, now }: Seen): LinkCard => {
  const revoked = parent.linkRevokedAt !== null;
  const opened = entries.filter(({ kind }) => kind === 'consent.given' || kind === 'link.opened').length;
  return {
    state: stateOf(speech, dates, parent, now),
    opened: revoked ? null : speech.t('office.parent.opened', { count: opened }),
    copy: revoked ? null : { url, qr, qrText: speech.t('office.parent.qr', { name: fullName(parent) }) },
    extend: revoked
      ? null
      : { action: to.adminLinkExtension(parent.id), text: speech.t('office.parent.extend', { count: ttlDays }) },
    newLink: to.adminLinkNew(parent.id),
    revoke: revoked ? null : to.adminLinkRevocation(parent.id),
  };
};

const stateOf = ({ t }: Speech, dates: OfficeDates, parent: Parent, now: Date): string => {
  if (parent.linkRevokedAt) return t('office.parent.linkRevoked', { when: dates.within(parent.linkRevokedAt) });
  const date = dates.date(parent.linkExpiresAt);
  return linkState(parent, now) === 'expired'
    ? t('office.parent.linkExpired', { date })
    : t('office.parent.linkWorks', { date });
};
