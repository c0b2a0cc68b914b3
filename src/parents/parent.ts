import type { Language } from '../platform/languages.ts';
import type { UniqueId } from '../shared/ids.ts';

/**
 * One word for where a parent stands. The database derives it (generated column `parents.status`), so that filters,
 * counts and pages agree by construction; nothing in this program derives it again.
 */
export const parentStatuses = [
  'not_opened',
  'opened',
  'pending',
  'approved',
  'rejected',
  'declined',
  'revoked',
  'expired',
] as const;
export type ParentStatus = (typeof parentStatuses)[number];

/** One adult who was asked for a photo. */
export type Parent = {
  id: number;
  schoolId: number;
  uniqueId: UniqueId;
  name: string;
  /** Empty for people with one name. */
  surname: string;
  childName: string;
  email: string | null;
  phone: string | null;
  locale: Language | null;
  className: string | null;
  externalId: string | null;
  status: ParentStatus;
  /** The photo that lists show: the pending one, else the approved one, else the newest rejected one. */
  photoId: number | null;
  /** Counts the links: a session that was opened with an older link ends with it. */
  linkVersion: number;
  linkIssuedAt: Date;
  linkExpiresAt: Date;
  linkRevokedAt: Date | null;
  openedAt: Date | null;
  declinedAt: Date | null;
  /** 'This is not me' was said and the office has not cleared it: the link stands still meanwhile. */
  notMeAt: Date | null;
  archivedAt: Date | null;
  createdAt: Date;
  changedAt: Date;
};

/** What a link may do now: `off` answers as if it did not exist, `expired` shows what was sent and takes nothing new. */
type LinkState = 'open' | 'expired' | 'off';

export const linkState = (
  parent: Pick<Parent, 'linkExpiresAt' | 'linkRevokedAt' | 'notMeAt' | 'archivedAt'>,
  now: Date,
): LinkState => {
  if (parent.linkRevokedAt || parent.notMeAt || parent.archivedAt) return 'off';
  return parent.linkExpiresAt <= now ? 'expired' : 'open';
};

/** Whether a photo of theirs waits, is approved or was rejected: their link tells so, also when its files are gone. */
export const hasSent = ({ status }: Pick<Parent, 'status'>): boolean =>
  status === 'pending' || status === 'approved' || status === 'rejected';

/** 'Maria Santos', or the one name. */
export const fullName = (parent: Pick<Parent, 'name' | 'surname'>): string =>
  parent.surname === '' ? parent.name : `${parent.name} ${parent.surname}`;
