import { ANOTHER_RUNS } from './backup-sentences.ts';
import { backupIdOf } from './backup-verify.ts';
import type { Command } from './command.ts';
import { untilStopped } from './until-stopped.ts';

export const backupRehearseCommand: Command = {
  usage: 'backup:rehearse [ID]',
  summary: 'restores the newest backup, or another one, into a scratch place, compares, and says how long it took',
  options: {},
  run: ({ backups }, given) =>
    untilStopped(async (stopping) => {
      const rehearsed = await backups.rehearse({ id: backupIdOf(given), stopping });
      if (!rehearsed.ok) return rehearsed.reason === 'running' ? ANOTHER_RUNS : 'cancelled';
      const { id, seconds, rows, files } = rehearsed.value;
      return {
        text: `Backup ${id} was restored into a scratch place in ${seconds} s: ${rows} rows and ${files} files of photos, every count and checksum the same.`,
        json: { id, seconds, rows, files, faults: 0 },
      };
    }),
};
