import type { Answer } from './ask-part.ts';
import { needsPerson } from './care-figures.ts';
import type { SystemStatus } from './system-status.ts';

/** One figure of the service, with its values by label; ages are in seconds. Labels are kinds and states, never ids or names. */
export type Gauge = { name: string; help: string; values: { labels?: Record<string, string>; value: number }[] };

/** What can differ between rows and files, as `doctor` counts it. */
export const differences = ['orphans', 'missing', 'damaged', 'unbacked', 'strays'] as const;

/** The figures that a status gives to /metrics alone; one whose part does not answer is left out. */
export const gaugesOf = (status: SystemStatus): Gauge[] => {
  const age = (at: Date): number => Math.max(0, (status.readAt.getTime() - at.getTime()) / 1000);
  return [
    upGauge('database_up', 'Whether the database answers.', status.database),
    upGauge('storage_up', 'Whether a photo could be kept now.', status.storage),
    upGauge('jobs_up', 'Whether jobs can be queued, and are run where they should be.', status.jobsServed),
    ...jobGauges(status, age),
    ...mirrorGauges(status, age),
    ...backupGauges(status, age),
    ...doctorGauges(status),
  ].filter(({ values }) => values.length > 0);
};

type Age = (at: Date) => number;

const gauge = (name: string, help: string, ...values: (number | undefined)[]): Gauge => ({
  ...{ name: `onboarding_${name}`, help },
  values: values.flatMap((value) => (value === undefined ? [] : [{ value }])),
});

const upGauge = (name: string, help: string, answer: Answer<unknown>): Gauge => gauge(name, help, answer.ok ? 1 : 0);

const jobGauges = ({ jobs }: SystemStatus, age: Age): Gauge[] => {
  const all = jobs.ok ? jobs.value : [];
  return [
    {
      ...gauge('jobs', 'Jobs that are not done, by kind and state; failed is for good.'),
      values: all.flatMap(({ name: kind, ...job }) =>
        (['waiting', 'running', 'failed'] as const).map((state) => ({ labels: { kind, state }, value: job[state] })),
      ),
    },
    {
      ...gauge('jobs_oldest_waiting_seconds', 'Age of the oldest job that waits, by kind; 0 without any.'),
      values: all.map(({ name: kind, oldestWaitingAt: at }) => ({ labels: { kind }, value: at ? age(at) : 0 })),
    },
  ];
};

const mirrorGauges = ({ mirror }: SystemStatus, age: Age): Gauge[] => {
  if (!mirror?.ok) return [];
  const { waiting, oldestAt } = mirror.value;
  return [
    gauge('mirror_waiting', 'Photos that still have to be copied to S3.', waiting),
    gauge('mirror_oldest_waiting_seconds', 'Age of the oldest of them; 0 without any.', oldestAt ? age(oldestAt) : 0),
  ];
};

const backupGauges = ({ backups }: SystemStatus, age: Age): Gauge[] => {
  if (!backups.ok) return [];
  const { verified, rehearsed } = backups.value;
  const ageOf = (last: { at: Date } | undefined) => last && age(last.at);
  return [
    gauge(
      'backup_failed',
      '1 when the last backup failed, or backups need a person.',
      Number(needsPerson(backups.value)),
    ),
    gauge('backup_verified_age_seconds', 'Since the last verification; missing before the first.', ageOf(verified)),
    gauge(
      'backup_rehearsal_age_seconds',
      'Since the last rehearsal of a restore; missing before the first.',
      ageOf(rehearsed),
    ),
  ];
};

const doctorGauges = ({ doctor }: SystemStatus): Gauge[] => {
  const detail = doctor.ok ? doctor.value?.detail : undefined;
  const values = differences.flatMap((what) => {
    const value = detail?.[what];
    return typeof value === 'number' ? [{ labels: { what }, value }] : [];
  });
  return [
    { ...gauge('doctor_differences', 'Differences between rows and files when they were last compared.'), values },
  ];
};
