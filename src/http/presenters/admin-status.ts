import type { Speech } from '../../platform/i18n.ts';
import type { ParentStatus } from '../../parents/parent.ts';
import type { IconName } from './icons.ts';

/** A status as its tag: shape, words and colour, never colour alone. */
export type StatusTag = { css: string; icon: IconName; text: string };

const looks: Record<ParentStatus, { css: string; icon: IconName }> = {
  not_opened: { css: '', icon: 'dash' },
  opened: { css: 'tag-info', icon: 'eye' },
  pending: { css: 'tag-wait', icon: 'clock' },
  approved: { css: 'tag-ok', icon: 'tick' },
  rejected: { css: 'tag-bad', icon: 'cross' },
  declined: { css: 'tag-line', icon: 'hand' },
  revoked: { css: 'tag-line tag-bad-line', icon: 'barred' },
  expired: { css: 'tag-line tag-wait-line', icon: 'hourglass' },
};

export const presentStatus = ({ t }: Pick<Speech, 't'>, status: ParentStatus): StatusTag => ({
  ...looks[status],
  text: t(`office.status.${status}`),
});

export const presentArchived = ({ t }: Pick<Speech, 't'>): StatusTag => ({
  css: 'tag-line',
  icon: 'archive',
  text: t('office.status.archived'),
});

/** No status but an alert beside it, until the office clears it. */
export const presentNotMe = ({ t }: Pick<Speech, 't'>): StatusTag => ({
  css: 'tag-bad',
  icon: 'not-me',
  text: t('office.status.notMe'),
});
