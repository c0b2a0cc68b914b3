import type { StandingDecision } from '../../photos/decision-records.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { paths, to } from '../paths.ts';
import type { OfficeDates } from './admin-dates.ts';
import type { OfficeNotice } from './admin-notice.ts';
import type { IconName } from './icons.ts';

/** A form that takes the last decision back, with the sentence that says which. */
export type UndoForm = {
  action: string;
  fields: { name: string; value: string }[];
  tone: 'ok' | null;
  icon: IconName;
  parts: RichPart[];
  /** The key that presses the button. */
  shortcut: 'U';
};

type Last = { decision: StandingDecision; name: string; together: number } | null;
type Seen = { speech: Speech; dates: OfficeDates; notice: OfficeNotice | null; className: string | null; last: Last };

/**
 * The notice of what was done a moment ago and the form that takes the last decision back: one box where they are about
 * the same, two where something else is said, and the form alone for who has been elsewhere since.
 */
export const presentUndo = (seen: Seen): { notice: OfficeNotice | null; undo: UndoForm | null } => {
  const { speech, dates, notice, className, last } = seen;
  if (!last) return { notice, undo: null };
  const { decision, name, together } = last;
  const { action, fields } =
    decision.batch === null
      ? { action: to.adminUndo(decision.photoId), fields: [{ name: 'decision', value: String(decision.id) }] }
      : { action: paths.reviewPassedUndo, fields: [{ name: 'batch', value: decision.batch }] };
  const form = { action, fields: [...fields, { name: 'class', value: className ?? '' }], shortcut: 'U' as const };
  if (notice && isAbout(notice, decision)) {
    return { notice: null, undo: { ...form, tone: 'ok', icon: 'tick', parts: notice.parts } };
  }
  const when = dates.within(decision.decidedAt);
  const parts =
    decision.batch === null
      ? speech.rich(`office.undo.${decision.decision}`, { name, when })
      : speech.rich('office.undo.together', { count: together, when });
  return { notice, undo: { ...form, tone: null, icon: 'clock', parts } };
};

const isAbout = ({ done }: OfficeNotice, { decision, batch, parentId }: StandingDecision): boolean =>
  batch === null ? done?.code === decision && done.of === parentId : done?.code === 'passed-approved';
