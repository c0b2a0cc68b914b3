import { inPlaces, inSize, ANOTHER_RUNS, warningSentences } from './backup-sentences.ts';
import type { Command } from './command.ts';
import { untilStopped } from './until-stopped.ts';

export const backupRunCommand: Command = {
  usage: 'backup:run',
  summary: 'makes a backup now: database, configuration, photos; exit 1 when photos were lost or damaged before',
  options: {},
  run: ({ backups }) =>
    untilStopped(async (stopping) => {
      const made = await backups.run({ stopping });
      if (!made.ok) return made.reason === 'running' ? ANOTHER_RUNS : 'cancelled';
      const { manifest, places, warning, lacking, notCopied, detail } = made.value;
      const { photos, database } = manifest;
      const rows = database.tables.reduce((sum, table) => sum + table.rows, 0);
      const lines = [
        `Backup ${manifest.id} is made and ${inPlaces(places)}: ${rows} rows, ${inSize(Number(detail['database_bytes']))};`,
        photos.copied
          ? `${photos.files} files of photos, ${inSize(photos.bytes)}, ${photos.newFiles} of them new.`
          : `the photos are in S3 (STORAGE=${manifest.storage}) and not part of it.`,
        ...[...new Set([warning, manifest.warning])].flatMap((code) => (code === null ? [] : [warningSentences[code]])),
        ...lacking.map((one) => `Without a copy: ${one}. "npm run cli -- doctor" says more.`),
        ...notCopied.faulty.map((name) => `Not copied to S3, for it is altered, cut off or missing here: ${name}`),
      ];
      return {
        text: lines.join('\n'),
        json: { ...detail, lacking, not_copied: notCopied.faulty },
        exit: Number(detail['faults']) > 0 ? 1 : 0,
      };
    }),
};
