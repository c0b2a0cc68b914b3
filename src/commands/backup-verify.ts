import { type BackupId, isBackupId } from '../backups/backup-names.ts';
import { ANOTHER_RUNS, refusals } from './backup-sentences.ts';
import { type Command, type Given, UsageError } from './command.ts';
import { untilStopped } from './until-stopped.ts';

export const backupVerifyCommand: Command = {
  usage: 'backup:verify [ID]',
  summary: 'decrypts the newest backup, or another one, and compares every checksum; exit 1 when something differs',
  options: {},
  run: ({ backups }, given) =>
    untilStopped(async (stopping) => {
      const checked = await backups.verify({ id: backupIdOf(given), stopping });
      if (!checked.ok) return checked.reason === 'running' ? ANOTHER_RUNS : 'cancelled';
      const { id, files, faults, faulty, reason } = checked.value;
      const json = { id, files, faults, faulty };
      if (reason) return { text: refusals[reason], json, exit: 1 };
      if (faults === 0) return { text: `Backup ${id}: every checksum is right (${files} files).`, json };
      const lines = [`Backup ${id}: ${faults} of its files are altered, cut off or missing.`, ...faulty];
      const advice = 'Make a new backup (backup:run): it copies again what is altered.';
      return { text: [...lines, advice].join('\n'), json, exit: 1 };
    }),
};

/** The backup that is named, if one is. */
export const backupIdOf = ({ words }: Given): BackupId | undefined => {
  const [id, ...more] = words;
  if (id === undefined) return undefined;
  if (!isBackupId(id) || more.length > 0) throw new UsageError('name one backup by its id, as backup:list shows it');
  return id;
};
