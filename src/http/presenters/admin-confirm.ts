import type { Parent } from '../../parents/parent.ts';
import { fullName } from '../../parents/parent.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import type { School } from '../../schools/school.ts';
import { to } from '../paths.ts';
import type { OfficeLayout } from './admin-layout.ts';
import { type PersonCard, presentPerson } from './admin-person.ts';
import type { IconName } from './icons.ts';

type Point = { tone: string; icon: IconName; title: RichPart[]; text: RichPart[] };

/** A question before something that matters: who, what happens, a form and a way back. No dialogs. */
export type ConfirmPage = {
  layout: OfficeLayout;
  title: RichPart[];
  person: PersonCard;
  points: Point[];
  action: string;
  button: { css: string; icon: IconName; text: string };
  field: ConfirmField | null;
};

type ConfirmField = {
  name: 'why' | 'typed';
  label: string;
  hint: string;
  value: string;
  error: string | null;
  errorTitle: string;
  required: boolean;
  maxLength: number;
};

/** What was typed before and is wrong with it, when the page is shown again. */
export type ConfirmFault = { value: string; error: string };

type Seen = { layout: OfficeLayout; speech: Speech; parent: Parent };

export const presentNewLink = (seen: Seen, school: School, until: Date): ConfirmPage => {
  const { speech, parent } = seen;
  const count = school.linkTtlDays;
  return {
    ...page(seen, 'office.confirm.new.title', parent.name),
    points: [
      point(speech, 'wait', 'barred', ['office.confirm.new.old'], ['office.confirm.new.oldText']),
      point(
        speech,
        'ok',
        'link',
        ['office.confirm.new.works', { count }],
        ['office.confirm.new.worksText', { date: speech.date(until) }],
      ),
      ...photoStays(seen, 'office.confirm.new.photoText'),
    ],
    action: to.adminLinkNew(parent.id),
    button: { css: '', icon: 'renew', text: speech.t('office.confirm.new.button') },
    field: null,
  };
};

export const presentRevocation = (seen: Seen, fault?: ConfirmFault): ConfirmPage => {
  const { speech, parent } = seen;
  return {
    ...page(seen, 'office.confirm.revoke.title', parent.name),
    points: [
      point(speech, 'bad', 'barred', ['office.confirm.revoke.stops'], ['office.confirm.revoke.stopsText']),
      ...photoStays(seen, 'office.confirm.revoke.photoText'),
      point(speech, 'info', 'renew', ['office.confirm.revoke.later'], ['office.confirm.revoke.laterText']),
    ],
    action: to.adminLinkRevocation(parent.id),
    button: { css: 'btn-bad', icon: 'barred', text: speech.t('office.confirm.revoke.button') },
    field: why(speech, fault),
  };
};

export const presentArchive = (seen: Seen, fault?: ConfirmFault): ConfirmPage => {
  const { speech, parent } = seen;
  const { name } = parent;
  return {
    ...page(seen, 'office.confirm.archive.title', fullName(parent)),
    points: [
      point(
        speech,
        'wait',
        'archive',
        ['office.confirm.archive.lists'],
        ['office.confirm.archive.listsText', { name }],
      ),
      point(speech, 'bad', 'barred', ['office.confirm.archive.link'], ['office.confirm.archive.linkText']),
      point(speech, 'info', 'renew', ['office.confirm.archive.back', { name }], ['office.confirm.archive.backText']),
    ],
    action: to.adminArchive(parent.id),
    button: { css: '', icon: 'archive', text: speech.t('office.confirm.archive.button') },
    field: why(speech, fault),
  };
};

export const presentErasure = (seen: Seen, fault?: ConfirmFault): ConfirmPage => {
  const { speech, parent } = seen;
  const only = parent.surname === '';
  return {
    ...page(seen, 'office.confirm.erase.title', fullName(parent)),
    points: [
      point(speech, 'bad', 'trash', ['office.confirm.erase.all'], ['office.confirm.erase.allText']),
      point(speech, 'info', 'clock', ['office.confirm.erase.proof'], ['office.confirm.erase.proofText']),
    ],
    action: to.adminErasure(parent.id),
    button: { css: 'btn-bad', icon: 'trash', text: speech.t('office.confirm.erase.button') },
    field: {
      name: 'typed',
      label: speech.t(only ? 'office.confirm.erase.onlyName' : 'office.confirm.erase.surname'),
      hint: only ? parent.name : parent.surname,
      ...state(speech, fault),
      required: true,
      maxLength: 200,
    },
  };
};

type Sentence = Parameters<Speech['rich']>;

const page = (
  { layout, speech, parent }: Seen,
  title: Sentence[0],
  name: string,
): Pick<ConfirmPage, 'layout' | 'title' | 'person'> => ({
  layout,
  title: speech.rich(title, { name }),
  person: presentPerson(speech, parent),
});

const point = (speech: Speech, tone: string, icon: IconName, title: Sentence, text: Sentence): Point => ({
  tone,
  icon,
  title: speech.rich(...title),
  text: speech.rich(...text),
});

/** Nothing is said of a photo where there is none. */
const photoStays = ({ speech, parent }: Seen, text: Sentence[0]): Point[] =>
  parent.photoId === null
    ? []
    : [point(speech, 'info', 'picture', ['office.confirm.photoStays'], [text, { name: parent.name }])];

const state = (speech: Speech, fault: ConfirmFault | undefined) => ({
  value: fault?.value ?? '',
  error: fault?.error ?? null,
  errorTitle: speech.t('office.error.title', { count: 1 }),
});

const why = (speech: Speech, fault: ConfirmFault | undefined): ConfirmField => ({
  name: 'why',
  label: speech.t('office.confirm.why'),
  hint: speech.t('office.confirm.whyHint'),
  ...state(speech, fault),
  required: false,
  maxLength: 300,
});
