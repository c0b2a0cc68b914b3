import type { Parent } from '../../parents/parent.ts';
import { to } from '../paths.ts';
import { type Around, type ParentLayout, presentParentLayout } from './parent-layout.ts';

export type NotMePage = {
  layout: ParentLayout;
  action: string;
  csrf: string;
  name: string;
  child: string;
  backHref: string;
};

/** 'This is not me': the question. */
export const presentNotMe = (around: Around, { parent, csrf }: { parent: Parent; csrf: string }): NotMePage => ({
  layout: presentParentLayout(around, around.speech.t('not-me.tab')),
  action: to.linkNotMe(parent.uniqueId),
  csrf,
  name: parent.name,
  child: parent.childName,
  backHref: to.link(parent.uniqueId),
});

/** After it was said; names nobody. */
export const presentNotMeDone = (around: Around): { layout: ParentLayout } => ({
  layout: presentParentLayout(around, around.speech.t('not-me.done-title')),
});

export type DeclinePage = {
  layout: ParentLayout;
  action: string;
  csrf: string;
  child: string;
  /** What was typed, after a fault. */
  note: string;
  noteMax: number;
  problem: string | null;
  backHref: string;
};

type Decline = { parent: Parent; csrf: string; noteMax: number; faulty?: { note: string } };

/** 'I do not want to send a photo': the question. `faulty` holds a note that is longer than `noteMax` characters. */
export const presentDecline = (around: Around, { parent, csrf, noteMax, faulty }: Decline): DeclinePage => {
  const { t, number } = around.speech;
  const tab = t('decline.tab');
  return {
    layout: presentParentLayout(around, faulty ? t('page.error-title', { title: tab }) : tab),
    action: to.linkDecline(parent.uniqueId),
    csrf,
    child: parent.childName,
    note: faulty?.note ?? '',
    noteMax,
    problem: faulty ? t('decline.too-long', { limit: number(noteMax) }) : null,
    backHref: to.link(parent.uniqueId),
  };
};

export type DeclineDonePage = {
  layout: ParentLayout;
  name: string;
  child: string;
  saidAt: string | null;
  /** At the link: the form that takes it back. */
  undo: { action: string; csrf: string } | null;
  /** In a session: straight to the photo, which takes it back when it arrives. */
  photoHref: string | null;
};

type DeclineDone = { parent: Parent; now: Date; undoCsrf?: string };

/** After it was said: bring your ID, or change your mind. */
export const presentDeclineDone = (around: Around, { parent, now, undoCsrf }: DeclineDone): DeclineDonePage => ({
  layout: presentParentLayout(around, around.speech.t('decline.done-title')),
  name: parent.name,
  child: parent.childName,
  saidAt: parent.declinedAt && around.speech.moment(parent.declinedAt, now),
  undo: undoCsrf === undefined ? null : { action: to.linkDecline(parent.uniqueId), csrf: undoCsrf },
  photoHref: undoCsrf === undefined ? to.parentPhoto(parent.id) : null,
});
