import type { FaceVariant } from '../photos/draw-face.ts';
import type { RejectReason } from '../photos/photo.ts';
import type { ParentStatus } from '../parents/parent.ts';
import { pick, type Random } from '../shared/seeded-random.ts';

/** How a life ends: in a status, or in something that lists show beside it. */
export type Fate = ParentStatus | 'replacing' | 'archived' | 'alert';

/** One thing that somebody did. */
export type Step =
  | { do: 'create' | 'start' | 'approve' | 'not-me' | 'lapse' }
  | { do: 'send'; variant: FaceVariant; again?: boolean }
  | { do: 'reject'; reasons: RejectReason[]; note: string | null }
  | { do: 'decline' | 'revoke' | 'archive'; note: string };
type TimedStep = Step & { at: Date };

type Times = {
  now: Date;
  /** Days that a link works. */
  linkDays: number;
  /** When the last thing happened, in days before now; invented when left out. */
  daysAgo?: number | undefined;
  /** What is wrong with a photo that is rejected; invented when left out. */
  variant?: FaceVariant | undefined;
};

const DAY = 24 * 3600 * 1000;
const MINUTE = 60_000;
const IMPORTED_DAYS_AGO = 18; // of the 30 that links work: a practice school stays as it is for 12 days more

/** Days before now of the last change: from, to. */
const last: Record<Fate, readonly [number, number]> = {
  not_opened: [IMPORTED_DAYS_AGO, IMPORTED_DAYS_AGO + 0.01],
  opened: [0.1, 15],
  pending: [0.02, 1.9],
  approved: [0.3, 16],
  rejected: [0.2, 5],
  declined: [1, 15],
  revoked: [1, 15],
  expired: [0.5, 9],
  replacing: [0.1, 1],
  archived: [2, 6],
  alert: [0.03, 0.06],
};

/**
 * What happens to one parent, oldest first, ending in that fate. Where links work for less than 30 days, everything is
 * closer together, so that it happened while the link was open.
 */
export const planLife = (fate: Fate, random: Random, { now, linkDays, daysAgo, variant }: Times): TimedStep[] => {
  const day = DAY * Math.min(1, linkDays / 30);
  const [from, to] = last[fate];
  const invented = now.getTime() - (from + random() * (to - from)) * day;
  const end = daysAgo === undefined ? inOfficeHours(invented, random, { now, day }) : now.getTime() - daysAgo * day;
  const usual = now.getTime() - (IMPORTED_DAYS_AGO + random() * 0.01) * day;
  const issued =
    fate === 'not_opened' ? end : fate === 'expired' ? end - linkDays * DAY : Math.min(usual, end - 1.5 * day);
  const between = (least: number, most: number): number =>
    issued + (end - issued) * (least + random() * (most - least));
  const sent = (at: number, variant: FaceVariant = 'plain', again = false): Dated[] => [
    [at - Math.min(2 * MINUTE, (at - issued) / 2), { do: 'start' }],
    [at, { do: 'send', variant, again }],
  ];
  const plans: Record<Fate, () => Dated[]> = {
    not_opened: () => [],
    opened: () => [[end, { do: 'start' }]],
    pending: () => sent(end, random() < 0.06 ? pick(random, ['turned', 'two'] as const) : 'plain'),
    approved: () => [...sent(Math.max(between(0.4, 0.7), end - 30 * 60 * MINUTE)), [end, { do: 'approve' }]],
    rejected: () => rejected(random, { end, variant, sent, between }),
    declined: () => [[end, { do: 'decline', note: pick(random, DECLINES) }]],
    revoked: () => [[end, { do: 'revoke', note: 'The address belonged to somebody else.' }]],
    expired: () => [...(random() < 0.4 ? [[between(0.1, 0.5), { do: 'start' }] as Dated] : []), [end, { do: 'lapse' }]],
    replacing: () => [...sent(between(0.1, 0.2)), [between(0.25, 0.4), { do: 'approve' }], ...sent(end, 'plain', true)],
    archived: () => [
      ...sent(between(0.1, 0.2)),
      [between(0.3, 0.5), { do: 'approve' }],
      [end, { do: 'archive', note: 'Moved to another school.' }],
    ],
    alert: () => [
      [end - MINUTE, { do: 'start' }],
      [end, { do: 'not-me' }],
    ],
  };
  const steps: Dated[] = [[issued, { do: 'create' }], ...plans[fate]()];
  return steps.map(([at, step]) => ({ ...step, at: new Date(at) }));
};

/** Nobody reviews at three in the morning; what happened since yesterday, or closer together than days, stays. */
const inOfficeHours = (at: number, random: Random, { now, day }: { now: Date; day: number }): number =>
  day < DAY || now.getTime() - at < DAY ? at : new Date(at).setHours(8, 0) + Math.floor(random() * 9 * 60) * MINUTE;

type Dated = [at: number, step: Step];

const DECLINES = ['I would rather show my passport at the gate.', 'We do not want photos of us kept.', ''] as const;

const REJECTIONS = [
  { variant: 'far', reasons: ['too-far'], note: null },
  { variant: 'dark', reasons: ['too-dark'], note: null },
  { variant: 'two', reasons: ['several-people'], note: null },
  { variant: 'turned', reasons: ['other'], note: 'Please look straight into the camera.' },
  { variant: 'covered', reasons: ['face-covered'], note: null },
] as const;

type Rejected = {
  end: number;
  variant: FaceVariant | undefined;
  sent: (at: number, variant: FaceVariant) => Dated[];
  between: (least: number, most: number) => number;
};

const rejected = (random: Random, { end, variant: wanted, sent, between }: Rejected): Dated[] => {
  const known = REJECTIONS.find((one) => one.variant === wanted);
  const { variant, reasons, note } = known ?? pick(random, REJECTIONS);
  const at = Math.max(between(0.4, 0.7), end - 20 * 60 * MINUTE);
  return [...sent(at, variant), [end, { do: 'reject', reasons: [...reasons], note }]];
};

/** Of 320 parents, as in the picture of the dashboard; the rest is approved. */
const shares: Partial<Record<Fate, number>> = {
  pending: 28 / 320,
  opened: 22 / 320,
  rejected: 6 / 320,
  not_opened: 36 / 320,
  declined: 3 / 320,
  revoked: 2 / 320,
  expired: 9 / 320,
};

/** Fates for `count` parents in a random order, so that with those who have theirs already the whole has the usual shares. */
export const drawFates = (random: Random, count: number, already: readonly Fate[]): Fate[] => {
  const whole = count + already.length;
  const fates = Object.entries(shares).flatMap(([fate, share]) => {
    const has = already.filter((one) => one === fate || (fate === 'pending' && one === 'replacing')).length;
    return Array<Fate>(Math.max(0, Math.round(whole * share) - has)).fill(fate as Fate);
  });
  while (fates.length < count) fates.push('approved');
  return fates
    .slice(0, count)
    .map((fate) => ({ fate, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ fate }) => fate);
};
