import { type CheckCode, adviceForParent, type PhotoCheck } from '../../photos/photo-check.ts';
import type { Photo } from '../../photos/photo.ts';
import type { MessageKey, Speech } from '../../platform/i18n.ts';
import { to } from '../paths.ts';
import type { IconName } from './icons.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';
import { maySend, type PhotoForm, type PhotoFormParts, presentPhotoForm } from './parent-photo-page.ts';

/** What could be better in a photo that is kept already, one title and one action each. */
export type ChecksPage = {
  layout: ParentLayout;
  lead: string;
  picture: string;
  sent: string;
  advice: { icon: IconName; title: string; text: string }[];
  passed: string[];
  /** Absent when the link takes no photo any more. */
  form: PhotoForm | null;
  anyway: { action: string; csrf: string };
};

type Told = Exclude<CheckCode, 'same-picture'>;
type Checks = PhotoFormParts & { photo: Photo; now: Date };

const icons: Record<Told, IconName> = {
  'no-face': 'face',
  'several-faces': 'parents',
  'too-dark': 'sun',
  'too-bright': 'sun',
  blurred: 'eye',
  'face-too-small': 'account',
  'face-cut-off': 'face',
  'off-centre': 'face',
  turned: 'account',
  tilted: 'account',
  'eyes-closed': 'eye',
  'may-be-damaged': 'warning',
};

export const presentChecks = (around: Around, page: Checks): ChecksPage => {
  const { parent, photo, csrf, now } = page;
  const { t, moment } = around.speech;
  const advice = whatIsSaid(photo.checks ?? []);
  return {
    layout: presentParentLayout(around, t('checks.title')),
    lead: t('checks.lead', { count: advice.length }),
    picture: to.parentPicture(parent.id, photo.id, 'thumb'),
    sent: t('checks.sent', { when: moment(photo.uploadedAt, now) }),
    advice: advice.map((check) => presentAdvice(around.speech, check)),
    passed: presentPassed(around.speech, photo.checks ?? []),
    form: maySend(parent, now) ? presentPhotoForm(page, 'upload.take-another') : null,
    anyway: { action: to.parentChecks(parent.id, photo.id), csrf },
  };
};

/** The advice; beside it, and never alone, that the eyes may be closed. */
const whatIsSaid = (checks: PhotoCheck[]): PhotoCheck[] => [
  ...adviceForParent(checks),
  ...checks.filter(({ code, level }) => code === 'eyes-closed' && level === 'hint'),
];

const presentAdvice = ({ t }: Speech, { code, value }: PhotoCheck) => {
  const told = code as Told;
  const title = told === 'several-faces' ? t('check.several-faces.title', { count: value }) : t(`check.${told}.title`);
  return { icon: icons[told], title, text: t(`check.${told}.advice`) };
};

const MOST_PASSED = 2;

const praise: { codes: CheckCode[]; text: MessageKey }[] = [
  { codes: ['blurred'], text: 'check.passed.sharp' },
  { codes: ['face-too-small'], text: 'check.passed.size' },
  { codes: ['too-dark', 'too-bright'], text: 'check.passed.light' },
  { codes: ['several-faces'], text: 'check.passed.alone' },
];

/** At most two things that are right; a hint is no praise. */
const presentPassed = ({ t }: Speech, checks: PhotoCheck[]): string[] => {
  const isFine = (code: CheckCode) => checks.some((check) => check.code === code && check.level === 'ok');
  return praise
    .filter(({ codes }) => codes.every(isFine))
    .slice(0, MOST_PASSED)
    .map(({ text }) => t(text));
};
