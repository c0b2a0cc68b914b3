import type { CheckCode, PhotoCheck } from '../../photos/photo-check.ts';
import type { Photo } from '../../photos/photo.ts';
import type { MessageKey, Speech } from '../../platform/i18n.ts';
import type { IconName } from './icons.ts';

/** What the checks say of a photo, for the office. */
export type PhotoChecks = {
  /** '5 of 6 passed, sent anyway', or that nobody has looked yet. */
  summary: string;
  rows: { tone: 'ok' | 'wait' | 'mute'; icon: IconName; title: string; text: string }[];
  /** Whether another parent has sent the same picture; null when nobody has looked. For the office alone. */
  samePicture: { fired: boolean; text: string } | null;
};

/** A row of the list; the checks behind it say together whether it is good. `always`: named also when it is. */
type Topic = { title: MessageKey; icon: IconName; codes: CheckCode[]; always: boolean };

const topics: Topic[] = [
  { title: 'office.checks.topic.faces', icon: 'face', codes: ['no-face', 'several-faces'], always: true },
  { title: 'office.checks.topic.light', icon: 'sun', codes: ['too-dark', 'too-bright'], always: true },
  { title: 'office.checks.topic.sharp', icon: 'eye', codes: ['blurred'], always: true },
  { title: 'office.checks.topic.size', icon: 'account', codes: ['face-too-small'], always: true },
  { title: 'office.checks.topic.place', icon: 'face', codes: ['face-cut-off', 'off-centre'], always: true },
  { title: 'office.checks.topic.pose', icon: 'account', codes: ['turned', 'tilted'], always: true },
  { title: 'office.checks.topic.eyes', icon: 'eye', codes: ['eyes-closed'], always: false },
  { title: 'office.checks.topic.file', icon: 'warning', codes: ['may-be-damaged'], always: false },
];

type Seen = Pick<Photo, 'checks' | 'sentAnywayAt' | 'width'>;

export const presentPhotoChecks = (speech: Speech, photo: Seen): PhotoChecks => {
  const { t } = speech;
  const { checks } = photo;
  if (!checks) return { summary: t('office.checks.notChecked'), rows: [], samePicture: null };
  const shown = topics.flatMap((topic) => {
    const worst = worstOf(checks.filter(({ code }) => topic.codes.includes(code)));
    return worst && (topic.always || worst.level !== 'ok') ? [{ topic, worst }] : [];
  });
  const rows = shown.map(({ topic, worst }) => ({
    tone: tones[worst.level],
    icon: worst.level === 'ok' ? ('tick' as const) : topic.icon,
    title: t(topic.title),
    text: withOverrule(speech, photo, worst),
  }));
  const passed = shown.filter(({ worst }) => worst.level !== 'advice').length;
  const count = { passed: speech.number(passed), all: speech.number(shown.length) };
  const summary = photo.sentAnywayAt ? t('office.checks.someAnyway', count) : t('office.checks.some', count);
  return { summary, rows, samePicture: presentSamePicture(speech, checks) };
};

const tones = { ok: 'ok', hint: 'mute', advice: 'wait' } as const;

const rank = { ok: 0, hint: 1, advice: 2 } as const;

const worstOf = ([first, ...others]: PhotoCheck[]): PhotoCheck | undefined =>
  first && others.reduce((worst, check) => (rank[check.level] > rank[worst.level] ? check : worst), first);

const withOverrule = (speech: Speech, photo: Seen, check: PhotoCheck): string => {
  const said = words(speech, photo, check);
  return check.level === 'advice' && photo.sentAnywayAt ? speech.t('office.checks.saidAnyway', { said }) : said;
};

type Spoken = Exclude<CheckCode, 'several-faces' | 'face-too-small' | 'same-picture'>;

/** In a few words. */
const words = ({ t, number }: Speech, photo: Seen, { code, level, value }: PhotoCheck): string => {
  if (code === 'several-faces') return t('office.checks.found', { count: value });
  if (code === 'face-too-small') {
    const percent = number(Math.round((100 * value) / photo.width));
    return t(level === 'ok' ? 'office.checks.share' : 'office.checks.shareSmall', { percent });
  }
  if (level === 'ok') return t('office.checks.good');
  if (level === 'hint' && isGraded(code)) return t(`office.checks.little.${code}`);
  return t(`office.checks.is.${code as Spoken}`);
};

const graded = ['too-dark', 'too-bright', 'blurred', 'turned'] as const;
const isGraded = (code: CheckCode): code is (typeof graded)[number] => (graded as readonly CheckCode[]).includes(code);

const presentSamePicture = ({ t }: Speech, checks: PhotoCheck[]): PhotoChecks['samePicture'] => {
  const check = checks.find(({ code }) => code === 'same-picture');
  if (!check) return null;
  const fired = check.level === 'advice';
  return { fired, text: t(fired ? 'office.checks.same' : 'office.checks.notSame') };
};
