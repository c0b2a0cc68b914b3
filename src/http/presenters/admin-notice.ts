import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';

/** What happened a moment ago, said on the page after the redirect. */
export type OfficeNotice = {
  tone: 'ok' | 'wait';
  icon: 'tick' | 'info';
  parts: RichPart[];
  /** What was done, and to which parent: a decision that can be taken back is said together with 'Undo'. */
  done?: { code: DoneCode; of: number | undefined };
};

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
  'undone',
  'undone-approved',
  'undone-already',
  'decided-since',
  'newer-waits',
  'files-gone',
  'not-yours',
  'passed-approved',
  'passed-undone',
  'portrait-saved',
  'portrait-unreadable',
  'jobs-retried',
  'jobs-none-failed',
  'work-cancelled',
  'work-over',
  'work-asked',
  'key-kept',
  'no-key',
  'error-done',
] as const;
export type DoneCode = (typeof codes)[number];

export const isDoneCode = (text: unknown): text is DoneCode => codes.some((code) => code === text);

const NOTHING_DONE: DoneCode[] = [
  'already-decided',
  'replaced',
  'undone-already',
  'decided-since',
  'newer-waits',
  'files-gone',
  'not-yours',
  'portrait-unreadable',
];
/** Nothing was done, and nobody is named. */
const NOTHING_LEFT: DoneCode[] = ['jobs-none-failed', 'work-over', 'no-key'];
/** Their sentence says how many, and a second one how many were left as they were. */
const COUNTED = { 'passed-approved': 'office.done.left-out', 'passed-undone': 'office.done.kept' } as const;
const NEEDS_NAME: DoneCode[] = [
  'created',
  'created-more',
  'archived',
  'restored',
  'approved',
  'rejected',
  'undone',
  'undone-approved',
  ...NOTHING_DONE,
];

/** Whether the sentence names the parent, so that the page has to know who that is. */
export const needsName = (code: DoneCode): boolean => NEEDS_NAME.includes(code);

/** The form was opened for another school than the one that this browser works in now; nothing was saved. */
export const presentOtherSchool = (speech: Speech, school: string): OfficeNotice => ({
  ...{ tone: 'wait', icon: 'info' },
  parts: speech.rich('office.form.otherSchool', { school }),
});

type About = { name: string | undefined; of: number | undefined; n: number; rest: number };

/** Null for a code that is not in the list, and where the sentence needs a name that nobody knows any more. */
export const presentNotice = (speech: Speech, done: unknown, { name, of, n, rest }: About): OfficeNotice | null => {
  if (!isDoneCode(done) || (needsName(done) && name === undefined)) return null;
  if (done === 'passed-approved' || done === 'passed-undone') return presentCounted(speech, done, n, rest);
  const parts = speech.rich(`office.done.${done}`, { name: name ?? '' });
  if ([...NOTHING_DONE, ...NOTHING_LEFT].includes(done)) return { tone: 'wait', icon: 'info', parts };
  return { tone: 'ok', icon: 'tick', parts, done: { code: done, of } };
};

const presentCounted = (speech: Speech, done: keyof typeof COUNTED, n: number, rest: number): OfficeNotice => {
  const parts = speech.rich(`office.done.${done}`, { count: n });
  if (rest > 0) parts.push(SPACE, ...speech.rich(COUNTED[done], { count: rest }));
  if (n === 0) return { tone: 'wait', icon: 'info', parts };
  return { tone: 'ok', icon: 'tick', parts, done: { code: done, of: undefined } };
};

const SPACE: RichPart = { text: ' ', value: false, strong: false };
