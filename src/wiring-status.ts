import { makeListErrors } from './dashboard/list-errors.ts';
import { makeReadSystemStatus, type SystemStatus } from './dashboard/system-status.ts';
import { officeDates } from './http/presenters/admin-dates.ts';
import { systemConcerns } from './http/presenters/admin-system.ts';
import { makeI18n } from './platform/i18n.ts';
import { makeListInstances } from './platform/instances.ts';
import type { Config } from './shared/config.ts';
import type { Wired } from './wiring.ts';

/** Asks every part of the service how it is. */
export const wireSystemStatus = (service: Wired) => {
  const { config } = service;
  return makeReadSystemStatus({
    ...service,
    checkJobs: () => service.queue.check().then(service.jobs.check),
    photoDir: config.STORAGE === 's3' ? undefined : config.UPLOADS_DIR,
    databaseDir: config.DATABASE_URL === undefined ? config.DATA_DIR : undefined,
    backupState: service.officeBackups.state,
    unusedJobs: unusedJobs(config),
    mirrorBacklog: service.officeMirror,
    listInstances: makeListInstances(service),
    listErrors: makeListErrors(service),
  });
};

/** What of a status needs a person, in the words of the status page. */
export const attentionOf = async (status: SystemStatus): Promise<string[]> => {
  const speech = (await makeI18n()).speak('en', 'UTC');
  const now = status.readAt;
  return systemConcerns({ speech, now, dates: officeDates(speech, 'UTC', now) }, status).map(({ text }) => text);
};

/** Jobs that are queued with a bucket only, or with a mirror only. */
const unusedJobs = ({ STORAGE, S3_BUCKET }: Config): string[] => [
  ...(STORAGE === 'mirror' ? [] : ['photo-backup']),
  ...(S3_BUCKET === undefined ? ['photo-removal'] : []),
];
