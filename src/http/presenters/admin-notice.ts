import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';

/** What happened a moment ago, said on the page after the redirect. */
export type OfficeNotice = { tone: 'ok' | 'wait'; icon: 'tick' | 'info'; parts: RichPart[] };

/** The codes that `?done=` may carry; an address with any other shows nothing. */
const codes = [
  'created',
  'created-more',
  'saved',
  'link-renewed',
  'link-revoked',
  'link-extended',
  'alert-cleared',
  'archived',
  'restored',
  'erased',
  'approved',
  'rejected',
  'already-decided',
  'replaced',
] as const;
export type DoneCode = (typeof codes)[number];

export const isDoneCode = (text: unknown): text is DoneCode => codes.some((code) => code === text);

const NOTHING_DONE: DoneCode[] = ['already-decided', 'replaced'];
const NEEDS_NAME: DoneCode[] = [
  'created',
  'created-more',
  'archived',
  'restored',
  'approved',
  'rejected',
  'already-decided',
  'replaced',
];

/** Whether the sentence names the parent, so that the page has to know who that is. */
export const needsName = (code: DoneCode): boolean => NEEDS_NAME.includes(code);

/** Null for a code that is not in the list, and where the sentence needs a name that nobody knows any more. */
export const presentNotice = (speech: Speech, done: unknown, name: string | undefined): OfficeNotice | null => {
  if (!isDoneCode(done) || (needsName(done) && name === undefined)) return null;
  const parts = speech.rich(`office.done.${done}`, { name: name ?? '' });
  return NOTHING_DONE.includes(done) ? { tone: 'wait', icon: 'info', parts } : { tone: 'ok', icon: 'tick', parts };
};
