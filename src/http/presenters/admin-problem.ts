import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import type { RefusalCode } from '../../shared/errors.ts';
import type { SignedInStaff } from '../../staff/staff.ts';
import { paths } from '../paths.ts';
import { type OfficeLayout, presentOfficeLayout } from './admin-layout.ts';

/** 'Your account cannot open this page'. */
export type ForbiddenPage = {
  layout: OfficeLayout;
  heading: string;
  text: string;
  /** 'Ask Ruth Adeyemi.': somebody who may. */
  ask: RichPart[] | null;
  way: { href: string; text: string } | null;
};

/** 'We cannot find this page', with the search for those who may search. */
export type NotFoundPage = { layout: OfficeLayout; maySearch: boolean };

/** Whatever else went wrong; `reference` is in the log too (R57). */
export type OfficeErrorPage = {
  layout: OfficeLayout;
  heading: string;
  text: string;
  again: { href: string; text: string };
  reference: string | null;
  time: string;
};

type ProblemAround = {
  speech: Speech;
  /** Of the school that the person works in; undefined where nobody is signed in. */
  schoolName: string | undefined;
  staff: SignedInStaff | undefined;
  /** Of the session; '' where there is none. */
  csrf: string;
};

const layoutOf = ({ speech, schoolName, staff, csrf }: ProblemAround, page: string): OfficeLayout =>
  presentOfficeLayout({ speech, schoolName: schoolName ?? speech.t('office.brand'), csrf, staff, here: null }, page);

/** For a role that may not open the page (403); `admin` is the name of somebody who may. */
export const presentForbidden = (around: ProblemAround, admin: string | undefined): ForbiddenPage => {
  const { t } = around.speech;
  const role = around.staff?.role;
  const heading = t('office.problem.forbidden');
  const ask = admin === undefined ? null : around.speech.rich('office.problem.askAdmin', { name: admin });
  const page = { layout: layoutOf(around, heading), heading, ask };
  if (role === 'reviewer') {
    const way = { href: paths.review, text: t('office.problem.toReview') };
    return { ...page, text: t('office.problem.forbiddenReviewer'), way };
  }
  if (role === 'gate') return { ...page, text: t('office.problem.forbiddenGate'), way: null };
  const way = { href: paths.adminParents, text: t('office.problem.allParents') };
  return { ...page, text: t('office.problem.forbiddenAdmin'), way };
};

/** For an address that is none, or is somebody else's: the two look the same (404). */
export const presentNotFound = (around: ProblemAround): NotFoundPage => ({
  layout: layoutOf(around, around.speech.t('office.problem.notFound')),
  maySearch: around.staff !== undefined && around.staff.role !== 'gate',
});

type OtherCode = Exclude<RefusalCode, 'forbidden' | 'not-found' | 'link-invalid' | 'session-ended' | 'sign-in-needed'>;
const OWN_WORDS = ['forged', 'bad-request', 'too-many', 'busy'] as const;

type Failure = { code: OtherCode | 'error'; reference: string | undefined; at: Date };

/** For every other refusal and for our own faults; `code` chooses the words. */
export const presentOfficeError = (around: ProblemAround, { code, reference, at }: Failure): OfficeErrorPage => {
  const { speech } = around;
  const words = OWN_WORDS.find((own) => own === code) ?? 'error';
  const heading = speech.t(`office.problem.${words}`);
  return {
    layout: layoutOf(around, heading),
    heading,
    text: speech.t(`office.problem.${words}Text`),
    again: { href: paths.admin, text: speech.t('office.problem.toStart') },
    reference: reference ?? null,
    time: speech.t('moment.other', { date: speech.date(at), time: speech.time(at) }),
  };
};
