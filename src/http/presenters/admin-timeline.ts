import type { TimelineEntry } from '../../dashboard/timeline.ts';
import type { Parent } from '../../parents/parent.ts';
import type { Photo } from '../../photos/photo.ts';
import type { EventKind } from '../../platform/event-log.ts';
import type { MessageKey, Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import type { OfficeDates } from './admin-dates.ts';
import { presentReasons } from './admin-reasons.ts';
import type { IconName } from './icons.ts';

export type TimelineItem = { tone: string; icon: IconName; text: string; when: RichPart[]; note: RichPart[] | null };

const looks: Partial<Record<EventKind, { tone: string; icon: IconName }>> = {
  'parent.created': { tone: 'mute', icon: 'plus' },
  'parent.edited': { tone: 'mute', icon: 'pencil' },
  'parent.archived': { tone: 'mute', icon: 'archive' },
  'parent.restored': { tone: 'info', icon: 'undo' },
  'parent.declined': { tone: 'wait', icon: 'hand' },
  'parent.decline-undone': { tone: 'info', icon: 'undo' },
  'parent.not-me': { tone: 'bad', icon: 'not-me' },
  'parent.not-me-cleared': { tone: 'ok', icon: 'tick' },
  'consent.given': { tone: 'info', icon: 'eye' },
  'link.opened': { tone: 'info', icon: 'eye' },
  'link.renewed': { tone: 'info', icon: 'renew' },
  'link.revoked': { tone: 'bad', icon: 'barred' },
  'link.extended': { tone: 'info', icon: 'clock' },
  'photo.received': { tone: 'info', icon: 'picture' },
  'photo.sent-anyway': { tone: 'info', icon: 'arrow' },
  'photo.superseded': { tone: 'mute', icon: 'picture' },
  'photo.approved': { tone: 'ok', icon: 'tick' },
  'photo.rejected': { tone: 'bad', icon: 'cross' },
  'photo.undecided': { tone: 'info', icon: 'undo' },
  'photo.reinstated': { tone: 'ok', icon: 'tick' },
  'photo.deleted': { tone: 'bad', icon: 'trash' },
  'photo.cleared': { tone: 'mute', icon: 'trash' },
  'photo.loaded-ahead': { tone: 'mute', icon: 'eye' },
  'photo.portrait-changed': { tone: 'mute', icon: 'crop' },
  'photo.shown': { tone: 'mute', icon: 'eye' },
};

type Seen = {
  speech: Speech;
  dates: OfficeDates;
  parent: Parent;
  waiting: Photo | undefined;
  entries: TimelineEntry[];
};

/** A parent's history, newest first; above it what is going on now, when a photo waits. */
export const presentTimeline = ({ speech, dates, parent, waiting, entries }: Seen): TimelineItem[] => {
  const items = entries.map((entry) => presentEntry(speech, dates, entry));
  if (parent.status !== 'pending' || waiting === undefined) return items;
  const now: TimelineItem = {
    tone: 'wait',
    icon: 'clock',
    text: speech.t('office.event.waiting'),
    when: speech.rich('office.event.since', { when: dates.within(waiting.uploadedAt) }),
    note: null,
  };
  return [now, ...items];
};

const presentEntry = (speech: Speech, dates: OfficeDates, entry: TimelineEntry): TimelineItem => ({
  ...(looks[entry.kind] ?? { tone: 'mute', icon: 'info' }),
  text: sentence(speech, entry),
  when: presentWhen(speech, dates, entry),
  note: entry.note === null ? null : speech.rich('office.event.note', { note: entry.note }),
});

const presentWhen = (speech: Speech, dates: OfficeDates, { at, actor, staffName }: TimelineEntry): RichPart[] => {
  const moment = dates.moment(at);
  if (actor === 'cli') return speech.rich('office.event.atByCommand', { moment });
  if (actor !== 'staff') return speech.rich('office.event.at', { moment });
  if (staffName === null) return speech.rich('office.event.atByStaff', { moment });
  return speech.rich('office.event.atBy', { moment, name: staffName });
};

/** What happened. */
const sentence = (speech: Speech, entry: TimelineEntry): string => {
  const { kind } = entry;
  if (kind.startsWith('school.') || kind.startsWith('staff.')) return speech.t('office.event.other');
  return details[kind]?.(speech, entry.data) ?? speech.t(`office.event.${kind as ParentEventKind}`);
};

/** What an event says beside its kind; undefined: nothing. */
const details: Partial<Record<EventKind, (speech: Speech, data: TimelineEntry['data']) => string | undefined>> = {
  'parent.edited': (speech, data) => {
    const fields = fieldNames(speech, data['fields']);
    return fields === '' ? undefined : speech.t('office.event.parent.edited.fields', { fields });
  },
  'photo.rejected': (speech, data) => {
    const reasons = presentReasons(speech, data['reasons']);
    return reasons === '' ? undefined : speech.t('office.event.photo.rejected.reasons', { reasons });
  },
  'photo.undecided': ({ t }, { decision }) =>
    decision === 'approved' || decision === 'rejected' ? t(`office.event.photo.undecided.${decision}`) : undefined,
  'photo.portrait-changed': ({ t }, { source }) =>
    source === 'face' || source === 'centre' ? t(`office.event.photo.portrait-changed.${source}`) : undefined,
};

type ParentEventKind = Exclude<EventKind, `school.${string}` | `staff.${string}` | `system.${string}`>;

const fields = ['name', 'surname', 'childName', 'className', 'email', 'phone', 'locale', 'externalId'] as const;

const fieldNames = ({ t }: Speech, changed: unknown): string =>
  fields
    .filter((field) => Array.isArray(changed) && changed.includes(field))
    .map((field) => t(`office.field.${field}` satisfies MessageKey))
    .join(', ');
