import { z } from 'zod';
import { note as noteText, typedLines } from './office-text.ts';

/** Letters of the note, as the column has room for them. */
export const NOTE_MAX = 300;

/** 'I do not want to send a photo', or taking that back. The note is the parent's own words; it may be empty. */
const schema = z.object({
  do: z.literal('undo').optional().catch(undefined),
  // Signs that cannot be printed come from pasting; nobody is bothered with them.
  note: typedLines.transform((text) => text.replace(/[^\P{Cc}\n]/gu, ' ').trim()),
});

type Read = { ok: true; undo: boolean; note: string } | { ok: false; note: string };

/** `ok: false`: the note is too long. */
export const readDeclineForm = (body: unknown): Read => {
  const form = schema.parse(body ?? {});
  const undo = form.do === 'undo';
  return undo || noteText.safeParse(form.note).success
    ? { ok: true, undo, note: form.note }
    : { ok: false, note: form.note };
};
