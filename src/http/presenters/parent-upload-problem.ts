import type { IconName } from './icons.ts';
import type { MessageKey, Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';
import {
  type PhotoForm,
  type PhotoFormParts,
  type PhotoPage,
  presentPhotoForm,
  presentPhotoPage,
} from './parent-photo-page.ts';

/** Every reason why a photo was not taken, and the status that says so. */
export const uploadProblems = {
  'too-big': 413,
  'too-large': 422,
  'too-small': 422,
  'too-long': 422,
  'not-an-image': 415,
  heic: 422,
  unreadable: 422,
  malformed: 400,
  'no-file': 422,
  busy: 503,
  'too-many': 429,
} as const;
export type UploadProblem = keyof typeof uploadProblems;

export const isUploadProblem = (text: unknown): text is UploadProblem =>
  typeof text === 'string' && Object.hasOwn(uploadProblems, text);

/** What happened, with what is known of it: seconds to wait, when the next photo may come, how much was sent. */
export type ProblemReport = {
  problem: UploadProblem;
  retryAfter?: number | undefined;
  nextAt?: Date | undefined;
  sentBytes?: number | undefined;
};

export type ProblemPage = {
  layout: ParentLayout;
  title: string;
  lead: string;
  /** Only without script, which counts down by itself. */
  leadWithoutScript: string | null;
  tips: { icon: IconName; title: string; text: string }[];
  form: PhotoForm;
  heic: boolean;
  still: boolean;
  later: string | null;
};

export type TooManyPage = { layout: ParentLayout; lead: RichPart[]; have: boolean; nextHref: string };

type Shown =
  | { view: 'parent/problem'; model: ProblemPage }
  | { view: 'parent/photo'; model: PhotoPage }
  | { view: 'parent/too-many'; model: TooManyPage };

/** The page that says why, the status, and the same in one sentence for the script. */
export type PresentedProblem = Shown & {
  status: number;
  problem: UploadProblem;
  title: string;
  detail: string;
  /** Where the script goes to show it. */
  location: string;
  retryAfter: number | undefined;
};

type Context = PhotoFormParts & { now: Date };

const WAIT = 20; // seconds, where nobody said how long

/** Every refused photo is answered with this, whoever refused it. */
export const presentUploadProblem = (around: Around, context: Context, report: ProblemReport): PresentedProblem => {
  const { problem } = report;
  const { speech } = around;
  const title = problem === 'no-file' ? speech.t('photo.title') : speech.t(titleOf(problem));
  const query = `problem=${problem}`;
  const page = { ...around, query };
  return {
    ...present(page, context, report, title),
    status: uploadProblems[problem],
    problem,
    title,
    detail: sentence(speech, context, report),
    location: `${to.parentPhoto(context.parent.id)}?${query}`,
    retryAfter: problem === 'busy' ? (report.retryAfter ?? WAIT) : report.retryAfter,
  };
};

type NamedProblem = Exclude<UploadProblem, 'no-file' | 'busy' | 'too-many'>;
type Named = Exclude<UploadProblem, 'no-file'>;

const titleOf = (problem: Named): MessageKey =>
  problem === 'busy' || problem === 'too-many' ? `${problem}.title` : `problem.${problem}.title`;

const present = (around: Around, context: Context, report: ProblemReport, title: string): Shown => {
  const { problem } = report;
  if (problem === 'no-file') {
    return { view: 'parent/photo', model: presentPhotoPage(around, { ...context, missing: true }) };
  }
  if (problem === 'too-many') return { view: 'parent/too-many', model: presentTooMany(around, context, report, title) };
  const { t, date } = around.speech;
  const named = { layout: presentParentLayout(around, title), title, lead: sentence(around.speech, context, report) };
  if (problem === 'busy') {
    const model = {
      ...named,
      leadWithoutScript: t('busy.wait', { count: report.retryAfter ?? WAIT }),
      tips: [],
      form: presentPhotoForm(context, 'upload.take-again', 'upload.choose-same'),
      heic: false,
      still: false,
      later: t('busy.later', { date: date(context.parent.linkExpiresAt) }),
    };
    return { view: 'parent/problem', model };
  }
  const heic = problem === 'heic';
  const model = {
    ...named,
    leadWithoutScript: null,
    tips: tipsOf(problem).map((tip) => ({ icon: tip.icon, title: t(tip.title), text: t(tip.text) })),
    form: presentPhotoForm(context, heic ? 'upload.take-here' : 'upload.take-new', 'upload.choose-other'),
    heic,
    still: heic || problem === 'unreadable' || problem === 'malformed',
    later: null,
  };
  return { view: 'parent/problem', model };
};

const presentTooMany = (
  around: Around,
  { parent, now }: Context,
  { nextAt }: ProblemReport,
  title: string,
): TooManyPage => {
  const { rich, time } = around.speech;
  const known = nextAt !== undefined && nextAt > now;
  return {
    layout: presentParentLayout(around, title),
    lead: known ? rich('too-many.lead-time', { time: time(nextAt) }) : rich('too-many.lead'),
    have: parent.photoId !== null,
    nextHref: parent.photoId === null ? to.parentPhoto(parent.id) : to.parent(parent.id),
  };
};

const sentence = (speech: Speech, { maxUploadMb }: Context, { problem, sentBytes }: ProblemReport): string => {
  const { t, number } = speech;
  const limit = number(maxUploadMb);
  if (problem === 'no-file') return t('upload.no-file');
  if (problem === 'busy' || problem === 'too-many') return t(`${problem}.lead`);
  if (problem !== 'too-big') return t(`problem.${problem}.lead`);
  const size = Math.ceil((sentBytes ?? 0) / (1024 * 1024));
  return size > maxUploadMb
    ? t('problem.too-big.lead-size', { limit, size: number(size) })
    : t('problem.too-big.lead', { limit });
};

type Tip = { icon: IconName; title: MessageKey; text: MessageKey };
const take = (text: MessageKey): Tip => ({ icon: 'camera', title: 'tip.take', text });
const choose = (text: MessageKey): Tip => ({ icon: 'picture', title: 'tip.choose', text });

/** What to do instead, in two lines. */
const tipsOf = (problem: NamedProblem): Tip[] => {
  switch (problem) {
    case 'too-big':
    case 'too-large':
      return [take('tip.take-small'), choose('tip.choose-small')];
    case 'too-small':
      return [take('tip.take-face'), choose('tip.choose-large')];
    case 'too-long':
      return [take('tip.take-face'), choose('tip.choose-shape')];
    case 'not-an-image':
      return [take('tip.take-face'), choose('tip.choose-photo')];
    case 'unreadable':
      return [take('tip.take-face'), choose('tip.choose-whole')];
    case 'malformed':
    case 'heic':
      return [];
  }
};
