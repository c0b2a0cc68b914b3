import type { Answer } from '../../dashboard/ask-part.ts';
import type { SystemStatus } from '../../dashboard/system-status.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import type { OfficeDates } from './admin-dates.ts';
import { failureSentence } from './failure-sentence.ts';
import type { IconName } from './icons.ts';
import type { Concern } from './system-concern.ts';

type Job = Extract<SystemStatus['jobs'], { ok: true }>['value'][number];
type Work = Extract<SystemStatus['works'], { ok: true }>['value'][number];
type Around = { speech: Speech; dates: OfficeDates; now: Date };

export type WorkCard = {
  id: number;
  parts: RichPart[];
  /** The same as plain text. */
  label: string;
  /** '142 of 289'; null while nobody knows how much there is. */
  of: string | null;
  progress: { max: number; value: number } | null;
  left: string;
  /** Words instead of the button: it was asked to end already. */
  ending: string | null;
  /** What a page that follows it says when it is over. */
  ended: string;
};

export type JobRow = {
  code: string;
  name: string;
  /** What the last failure was. */
  failure: string | null;
  state: { tag: string; icon: IconName; text: string };
  waiting: string;
  running: string;
  failed: string;
  lastRun: string;
  mayRetry: boolean;
};

/** A job that could have been run so long ago, while none of its kind runs, is one that nobody runs. */
const STUCK_MS = 10 * 60_000;
/** The first seconds say nothing about the pace. */
const PACE_AFTER_MS = 5000;

const named = [
  'photo-check',
  'photo-backup',
  'photo-removal',
  'backup',
  'backup-verify',
  'backup-rehearsal',
  'doctor',
  'storage-move',
] as const;

/** 'Check photos'; a kind of another version is called by its code. */
const jobName = ({ t }: Speech, code: string): string => {
  const known = named.find((one) => one === code);
  return known ? t(`office.system.job.${known}`) : code;
};

const states = {
  failed: { tag: 'tag-bad', icon: 'cross' },
  running: { tag: 'tag-info', icon: 'play' },
  waiting: { tag: 'tag-wait', icon: 'clock' },
  idle: { tag: 'tag-ok', icon: 'tick' },
} as const;

const stateOf = ({ failed, running, waiting }: Job): keyof typeof states =>
  failed > 0 ? 'failed' : running > 0 ? 'running' : waiting > 0 ? 'waiting' : 'idle';

/** The table's rows; null where the jobs do not answer. */
export const presentJobs = ({ speech, dates }: Around, jobs: Answer<Job[]>): JobRow[] | null =>
  jobs.ok
    ? jobs.value.map((job) => {
        const state = stateOf(job);
        return {
          code: job.name,
          name: jobName(speech, job.name),
          failure: job.failed > 0 ? failureSentence(speech, job.lastFailure) : null,
          state: { ...states[state], text: speech.t(`office.system.state.${state}`) },
          waiting: speech.number(job.waiting),
          running: speech.number(job.running),
          failed: speech.number(job.failed),
          lastRun: job.lastRunAt ? dates.short(job.lastRunAt) : speech.t('office.system.never'),
          mayRetry: job.failed > 0,
        };
      })
    : null;

/** What the jobs need of a person. */
export const jobConcerns = ({ speech, dates, now }: Around, status: SystemStatus): Concern[] => {
  const { jobs, jobsServed } = status;
  const { t } = speech;
  if (!jobs.ok) return [{ areas: ['jobs'], tone: 'bad', section: 'jobs', text: t('office.system.attention.jobsAway') }];
  const concerns: Concern[] = [];
  if (!jobsServed.ok)
    concerns.push({
      areas: ['jobs'],
      tone: 'bad',
      section: 'jobs',
      text: t(`office.system.attention.${lacksWorker(status) ? 'noWorker' : 'notServed'}`),
    });
  for (const job of jobs.value) {
    const about = (text: string): Concern => ({
      ...{ areas: job.name === 'photo-check' ? ['checks', 'jobs'] : ['jobs'] },
      ...{ tone: 'wait', section: 'jobs', text },
    });
    const name = jobName(speech, job.name);
    if (job.failed > 0) concerns.push(about(t('office.system.attention.failed', { count: job.failed, job: name })));
    const { dueSince } = job;
    if (dueSince && job.running === 0 && now.getTime() - dueSince.getTime() > STUCK_MS)
      concerns.push(about(t('office.system.attention.stuck', { job: name, when: dates.within(dueSince) })));
  }
  return concerns;
};

const lacksWorker = ({ needsWorker, instances }: SystemStatus): boolean =>
  needsWorker && instances.ok && instances.value.every(({ kind }) => kind !== 'worker');

/** The cards of what runs; `names` of the staff whom the reader knows, by id. */
export const presentWorks = (around: Around, works: Answer<Work[]>, names: Map<number, string>): WorkCard[] | null =>
  works.ok ? works.value.map((work) => presentWork(around, work, names)) : null;

const presentWork = ({ speech, dates, now }: Around, work: Work, names: Map<number, string>): WorkCard => {
  const { t } = speech;
  const { startedBy, done, total } = work;
  const name = startedBy === null ? undefined : names.get(startedBy);
  const what = { job: jobName(speech, work.kind), when: dates.within(work.startedAt), name: name ?? '' };
  const key = keyOf(startedBy, name);
  const known = total !== null && total > 0 ? { max: total, value: Math.min(done, total) } : null;
  return {
    id: work.id,
    parts: speech.rich(key, what),
    label: t(key, what),
    of: known && t('office.system.work.of', { done: speech.number(known.value), total: speech.number(known.max) }),
    progress: known,
    left: leftOf(speech, known, now.getTime() - work.startedAt.getTime()),
    ending: work.cancelAskedAt ? t('office.system.work.ending') : null,
    ended: t('office.system.work.ended', what),
  };
};

const leftOf = ({ t }: Speech, progress: WorkCard['progress'], elapsedMs: number): string => {
  if (!progress || progress.value === 0 || elapsedMs < PACE_AFTER_MS) return t('office.system.work.unknown');
  const leftMs = (elapsedMs * (progress.max - progress.value)) / progress.value;
  return t('office.system.work.left', { count: Math.max(1, Math.ceil(leftMs / 60_000)) });
};

const keyOf = (startedBy: number | null, name: string | undefined) => {
  if (startedBy === null) return 'office.system.work.byItself';
  return name === undefined ? 'office.system.work.bySomebody' : 'office.system.work.by';
};
