import type { Speech } from '../../platform/i18n.ts';
import { type OfficeLayout, presentOfficeLayout } from './admin-layout.ts';

/** The page to sign in on. `wrong` says the same for an unknown address and a wrong password (R47). */
export type SignInPage = {
  layout: OfficeLayout;
  heading: string;
  email: string;
  next: string;
  problem: { title: string; text: string; fields: boolean } | null;
};

type Seen = {
  speech: Speech;
  /** The school, where there is exactly one. */
  schoolName: string | undefined;
  csrf: string;
  email: string;
  next: string | undefined;
  problem: { kind: 'wrong' } | { kind: 'locked'; /** Seconds. */ retryAfter: number } | undefined;
};

export const presentSignIn = ({ speech, schoolName, csrf, email, next, problem }: Seen): SignInPage => {
  const heading = speech.t('office.signIn.title', { name: schoolName ?? speech.t('office.brand') });
  const around = { speech, schoolName: speech.t('office.brand'), csrf, staff: undefined, here: null };
  const tab = problem ? speech.t('office.error.tab', { page: heading }) : heading;
  return {
    layout: presentOfficeLayout(around, tab),
    heading,
    email,
    next: next ?? '',
    problem: problem === undefined ? null : presentProblem(speech, problem),
  };
};

const presentProblem = ({ t }: Speech, problem: NonNullable<Seen['problem']>): SignInPage['problem'] => {
  if (problem.kind === 'wrong') {
    return { title: t('office.error.title', { count: 1 }), text: t('office.signIn.wrong'), fields: true };
  }
  const count = Math.max(1, Math.ceil(problem.retryAfter / 60));
  return { title: t('office.signIn.locked'), text: t('office.signIn.lockedText', { count }), fields: false };
};
