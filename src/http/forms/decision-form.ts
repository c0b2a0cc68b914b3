import { z } from 'zod';
import { type RejectReason, rejectReasons } from '../../photos/photo.ts';
import { classFilter, note, typedLines } from './office-text.ts';

const schema = z.object({
  decision: z.enum(['approve', 'reject']),
  reason: z.enum(rejectReasons).optional().catch(undefined),
  note: typedLines,
  /** What the photo was when the page was made: a colleague's approval since then is not to be overruled unseen. */
  seen: z.enum(['pending', 'approved']).catch('pending'),
  /** The page that the form stands on, shown again when something is missing. */
  page: z.enum(['review', 'rejection']).catch('review'),
  /** Where the reviewer came from and goes on. */
  back: z.enum(['review', 'parent']).catch('review'),
  class: classFilter,
});

export type DecisionTyped = Pick<z.infer<typeof schema>, 'reason' | 'note'>;
export type DecisionFault = { field: 'reason' | 'note'; fault: 'reasonMissing' | 'noteLong' | 'signs' };

export type DecisionForm = z.infer<typeof schema>;
type Read =
  | { ok: false; form: undefined }
  | { ok: false; form: DecisionForm; faults: DecisionFault[] }
  | {
      ok: true;
      form: DecisionForm;
      decision: { approve: true } | { approve: false; reason: RejectReason; note: string | null };
    };

/** Reads an approval or a rejection. Without either word it is no form of ours: `form` is undefined then. */
export const readDecision = (body: unknown): Read => {
  const read = schema.safeParse(body ?? {});
  if (!read.success) return { ok: false, form: undefined };
  const form = read.data;
  if (form.decision === 'approve') return { ok: true, form, decision: { approve: true } };
  const checked = note.safeParse(form.note);
  const faults: DecisionFault[] = [];
  if (form.reason === undefined) faults.push({ field: 'reason', fault: 'reasonMissing' });
  if (!checked.success) {
    faults.push({ field: 'note', fault: checked.error.issues[0]?.message === 'noteLong' ? 'noteLong' : 'signs' });
  }
  if (form.reason === undefined || faults.length > 0) return { ok: false, form, faults };
  return {
    ok: true,
    form,
    decision: { approve: false, reason: form.reason, note: form.note === '' ? null : form.note },
  };
};
