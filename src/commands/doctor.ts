import type { Wired } from '../wiring.ts';
import type { Command, Given, Said } from './command.ts';
import { untilStopped } from './until-stopped.ts';

export const doctorCommand: Command = {
  usage: 'doctor [--repair] [--quick]',
  summary:
    'holds database, disk and S3 against each other, reads every photo and looks for what was left half done: orphans / missing / altered must be 0/0/0; --repair mends what can be mended, --quick reads no file and only sees whether it is there',
  options: { repair: { type: 'boolean' }, quick: { type: 'boolean' } },
  run: ({ doctor }, given) => untilStopped((stopping) => examine(doctor, given, stopping), STOPPED),
};

const examine = async (doctor: Wired['doctor'], given: Given, stopping: AbortSignal): Promise<Said | 'cancelled'> => {
  const repair = given.values['repair'] === true;
  const read = given.values['quick'] === true ? { read: { from: '', photos: 0 } } : {};
  const ended = await doctor.examine({ repair, ...read, stopping });
  if (!ended.ok) return ended.reason === 'running' ? ANOTHER_DOCTOR : 'cancelled';
  const found = ended.value;
  const remarks = remarksOn(found, repair);
  const counts = `${found.orphanFiles}/${found.rowsWithoutFile}/${found.checksumMismatches}`;
  const which = [
    ...found.missing.map((id) => `missing: photo ${id}`),
    ...found.damaged.map((id) => `altered: photo ${id}`),
    ...found.unbackedIds.map((id) => `without a copy: photo ${id}`),
  ];
  return {
    text: [`${found.photos} photos, orphans/missing/altered ${counts}`, ...remarks, ...which].join('\n'),
    json: asJson(found),
    exit: isSound(found) ? 0 : 1,
  };
};

const STOPPED = 'It was stopped; nothing is lost, run it again.';

type Examination = Extract<Awaited<ReturnType<Wired['doctor']['examine']>>, { ok: true }>['value'];

const ANOTHER_DOCTOR: Said = {
  text: 'A doctor is at work already, perhaps the nightly one; the status page shows how far it is.',
  json: { refused: 'running' },
  exit: 1,
};

const isSound = (found: Examination): boolean => findingsOf(found).length === 0 && !found.storeAway;

type Finding = { count: number; what: string; repair: string };

/** What is wrong, and what a repair does about it. */
const findingsOf = (found: Examination): Finding[] => {
  const wrong = found.rowsWithoutFile + found.checksumMismatches;
  const findings: Finding[] = [
    {
      ...{ count: found.orphanFiles - found.strays, what: 'files that no row knows' },
      repair:
        'removes them; in S3 those older than a week, unless they are so many that they are probably of a newer database',
    },
    { count: found.strays, what: 'temporary files that a crash left behind', repair: 'removes them' },
    {
      ...{ count: found.mendable, what: 'photos, missing or altered, of which the other place has a sound copy' },
      repair: 'puts it back',
    },
    {
      ...{ count: wrong - found.mendable, what: 'photos, missing or altered, of which there is no other copy' },
      repair: 'cannot mend them: restore them from a backup, or ask the parent for a new one',
    },
    {
      ...{ count: found.unbacked, what: 'photos without a copy in S3 for an hour or more' },
      repair: 'queues those that were lost there; the others wait in the queue',
    },
    { count: found.failedJobs, what: 'jobs that failed for good', repair: 'lets them be tried once more' },
    { count: found.lostWork, what: 'pieces of long work whose process ended in the middle', repair: 'closes them' },
  ];
  return findings.filter(({ count }) => count > 0);
};

/** A line for each thing that is wrong, and for each that was mended. */
const remarksOn = (found: Examination, repair: boolean): string[] => {
  const done: [number, string][] = [
    [found.swept, 'files removed that no row knew'],
    [found.fetched, 'photos put back from the other place'],
    [found.queued, 'copies queued anew'],
    [found.retried, 'jobs tried once more'],
    [found.closed, 'pieces of long work closed'],
  ];
  return [
    ...(found.storeAway ? ['S3 did not answer: only the disk was looked at, and not for files that no row knows'] : []),
    ...findingsOf(found).map((one) => `${one.count} ${one.what}; --repair ${one.repair}`),
    ...(repair ? done : []).filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
  ];
};

const asJson = (found: Examination): Record<string, unknown> => ({
  photos: found.photos,
  orphan_files: found.orphanFiles,
  strays: found.strays,
  rows_without_file: found.rowsWithoutFile,
  checksum_mismatches: found.checksumMismatches,
  mendable: found.mendable,
  unbacked: found.unbacked,
  failed_jobs: found.failedJobs,
  lost_work: found.lostWork,
  swept: found.swept,
  fetched: found.fetched,
  queued: found.queued,
  retried: found.retried,
  closed: found.closed,
  missing: found.missing,
  damaged: found.damaged,
  unbacked_ids: found.unbackedIds,
  store_away: found.storeAway,
  findings: findingsOf(found),
});
