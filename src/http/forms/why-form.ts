import { z } from 'zod';
import { note, typedLines } from './office-text.ts';

/** 'Why?', for staff; may be empty. */
const schema = z.object({ why: typedLines });

type Read = { ok: true; why: string } | { ok: false; typed: string; fault: 'noteLong' | 'signs' };

export const readWhy = (body: unknown): Read => {
  const { why } = schema.parse(body ?? {});
  const read = note.safeParse(why);
  if (read.success) return { ok: true, why };
  return { ok: false, typed: why, fault: read.error.issues[0]?.message === 'noteLong' ? 'noteLong' : 'signs' };
};
