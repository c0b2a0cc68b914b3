import { type RejectReason, rejectReasons } from '../../photos/photo.ts';
import type { Speech } from '../../platform/i18n.ts';

/** The reasons as the office reads them, e.g. 'Too dark, Blurred'; what is no reason of ours is left out. */
export const presentReasons = ({ t }: Pick<Speech, 't'>, reasons: unknown): string =>
  rejectReasons
    .filter((reason) => Array.isArray(reasons) && reasons.includes(reason))
    .map((reason) => t(`office.reason.${reason}`))
    .join(', ');

/** The seven reasons to choose from. */
export const presentReasonChoices = ({ t }: Pick<Speech, 't'>, chosen: RejectReason | undefined) =>
  rejectReasons.map((reason) => ({ value: reason, text: t(`office.reason.${reason}`), chosen: reason === chosen }));
