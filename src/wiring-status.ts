import { makeListErrors } from './dashboard/list-errors.ts';
import { makeReadSystemStatus, type SystemStatus } from './dashboard/system-status.ts';
import { officeDates } from './http/presenters/admin-dates.ts';
import { systemConcerns } from './http/presenters/admin-system.ts';
import { makeI18n } from './platform/i18n.ts';
import { type Instance, makeListInstances } from './platform/instances.ts';
import type { Config } from './shared/config.ts';
import type { Wired } from './wiring.ts';

/** Asks every part of the service how it is. */
export const wireSystemStatus = (service: Wired) => {
  const { config, queue, jobs } = service;
  const needsWorker = config.JOBS === 'worker';
  const listInstances = makeListInstances(service);
  const checkJobs = async (): Promise<void> => {
    await queue.check();
    jobs.check();
    if (needsWorker && !lives('worker', await listInstances())) throw new Error('no worker lives');
  };
  return makeReadSystemStatus({
    ...service,
    ...{ needsWorker, listInstances, checkJobs },
    photoDir: config.STORAGE === 's3' ? undefined : config.UPLOADS_DIR,
    databaseDir: config.DATABASE_URL === undefined ? config.DATA_DIR : undefined,
    backupState: service.officeBackups.state,
    unusedJobs: unusedJobs(config),
    mirrorBacklog: service.officeMirror,
    listErrors: makeListErrors(service),
  });
};

const lives = (kind: Instance['kind'], instances: Instance[]): boolean => instances.some((one) => one.kind === kind);

/** What of a status needs a person, in the words of the status page; and whether a process answers that page at all. */
export const attentionOf = async (status: SystemStatus): Promise<string[]> => {
  const speech = (await makeI18n()).speak('en', 'UTC');
  const now = status.readAt;
  const { instances } = status;
  return [
    ...(instances.ok && !lives('web', instances.value) ? [speech.t('office.system.attention.noWeb')] : []),
    ...systemConcerns({ speech, now, dates: officeDates(speech, 'UTC', now) }, status).map(({ text }) => text),
  ];
};

/** Jobs that are queued with a bucket only, or with a mirror only. */
const unusedJobs = ({ STORAGE, S3_BUCKET }: Config): string[] => [
  ...(STORAGE === 'mirror' ? [] : ['photo-backup']),
  ...(S3_BUCKET === undefined ? ['photo-removal'] : []),
];
