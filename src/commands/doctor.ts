import type { Wired } from '../wiring.ts';
import type { Command, Said } from './command.ts';

export const doctorCommand: Command = {
  usage: 'doctor [--repair]',
  summary:
    'holds database, disk and S3 against each other, reads every photo and looks for what was left half done: orphans / missing / altered must be 0/0/0; --repair mends what can be mended',
  options: { repair: { type: 'boolean' } },
  run: async ({ doctor }, given) => {
    const repair = given.values['repair'] === true;
    const ended = await doctor.examine({ repair });
    if (!ended.ok) return refused(ended.reason);
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
  },
};

type Examination = Extract<Awaited<ReturnType<Wired['doctor']['examine']>>, { ok: true }>['value'];

const refused = (reason: 'running' | 'cancelled'): Said => ({
  text:
    reason === 'running'
      ? 'A doctor is at work already, perhaps the nightly one; the status page shows how far it is.'
      : 'It was cancelled; nothing is lost, run it again.',
  json: { refused: reason },
  exit: 1,
});

const isSound = ({ orphanFiles, rowsWithoutFile, checksumMismatches, unbacked, failedJobs, lostWork }: Examination) =>
  orphanFiles + rowsWithoutFile + checksumMismatches + unbacked + failedJobs + lostWork === 0;

/** A line for each thing that is wrong, with what a repair does about it, and for each that was mended. */
const remarksOn = (found: Examination, repair: boolean): string[] => {
  const wrong = found.rowsWithoutFile + found.checksumMismatches;
  const lines: [number, string][] = [
    [
      found.orphanFiles - found.strays,
      repair
        ? 'files in S3 that no row knows stay: they are younger than a week, or too many (docs/operations.md)'
        : 'files that no row knows; --repair removes them, in S3 those older than a week unless they are too many',
    ],
    [found.strays, 'temporary files that a crash left behind; --repair removes them'],
    [found.mendable, 'photos, missing or altered, of which S3 has a sound copy; --repair fetches it'],
    [
      wrong - found.mendable,
      'photos, missing or altered, of which there is no other copy: restore them from a backup, or ask the parent for a new one',
    ],
    [found.unbacked, 'photos without a copy in S3 for an hour or more; --repair queues those that were lost there'],
    [found.failedJobs, 'jobs that failed for good; --repair lets them be tried once more (jobs:list shows them)'],
    [found.lostWork, 'pieces of long work whose process ended in the middle; --repair closes them'],
  ];
  const done: [number, string][] = [
    [found.swept, 'files removed that no row knew'],
    [found.fetched, 'photos mended from S3'],
    [found.queued, 'copies queued anew'],
    [found.retried, 'jobs tried once more'],
    [found.closed, 'pieces of long work closed'],
  ];
  return [...lines, ...(repair ? done : [])].filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
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
});
