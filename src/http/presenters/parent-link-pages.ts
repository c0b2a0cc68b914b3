import type { Parent } from '../../parents/parent.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';

/** Why the welcome page is shown again: the box was not ticked, or what was agreed to has other words now. */
export type ConsentProblem = 'needed' | 'changed';

export type WelcomePage = {
  layout: ParentLayout;
  action: string;
  csrf: string;
  name: string;
  child: string;
  consentVersion: string;
  consentLabel: RichPart[];
  /** The sentence of the error summary. */
  problem: string | null;
  notMeHref: string;
  declineHref: string;
  /** Address of the QR code for those who opened the link on a computer. */
  qrSrc: string;
};

type Welcome = { parent: Parent; csrf: string; consentVersion: string; problem?: ConsentProblem };

/** The first page: what the photo is for, what a good one is, the consent. */
export const presentWelcome = (around: Around, welcome: Welcome): WelcomePage => {
  const { t, rich } = around.speech;
  const { parent, problem } = welcome;
  const tab = t('welcome.tab');
  const layout = presentParentLayout(
    { ...around, wide: true, ownPrivacy: true },
    problem ? t('page.error-title', { title: tab }) : tab,
  );
  return {
    layout,
    action: to.link(parent.uniqueId),
    csrf: welcome.csrf,
    name: parent.name,
    child: parent.childName,
    consentVersion: welcome.consentVersion,
    consentLabel: rich('welcome.consent', { school: layout.schoolName }),
    problem: problem ? t(`welcome.consent-${problem}`) : null,
    notMeHref: to.linkNotMe(parent.uniqueId),
    declineHref: to.linkDecline(parent.uniqueId),
    qrSrc: to.linkQr(parent.uniqueId),
  };
};

export type LinkExpiredPage = { layout: ParentLayout; lead: string; receiptHref: string | null };

/** The page of a link whose time is over; `days` is how long links work. `receiptHref` leads to what was sent. */
export const presentLinkExpired = (around: Around, days: number, receiptHref: string | null): LinkExpiredPage => ({
  layout: presentParentLayout(around, around.speech.t('expired.title')),
  lead: around.speech.t('expired.lead', { count: days }),
  receiptHref,
});

/** A page that says nothing about anybody. */
export type PlainPage = { layout: ParentLayout };

/**
 * The one page of unknown, malformed, revoked and halted links: byte for byte the same for all. `school` only where the
 * installation has one (R31).
 */
export const presentLinkInvalid = (around: Around): PlainPage => ({
  layout: presentParentLayout(around, around.speech.t('invalid.title')),
});

/** The session of a parent's pages is over: open the link again. */
export const presentSessionEnded = (around: Around): PlainPage => ({
  layout: presentParentLayout(around, around.speech.t('ended.title')),
});
