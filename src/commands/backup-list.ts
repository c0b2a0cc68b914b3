import { timeOf } from '../backups/backup-names.ts';
import { type ListedBackup, listBackups } from '../backups/list-backups.ts';
import { openBackupPlaces } from '../wiring-backups.ts';
import { inSize } from './backup-sentences.ts';
import type { BareCommand } from './command.ts';

type Line = Omit<ListedBackup, 'names' | 'writtenAt'> & { places: string[] };

export const backupListCommand: BareCommand = {
  usage: 'backup:list',
  summary: 'the backups on this machine and in BACKUP_S3_BUCKET, the newest first; exit 1 when there is none',
  options: {},
  runBare: async ({ config }) => {
    const { local, remote } = await openBackupPlaces(config);
    const lines = new Map<string, Line>();
    const add = (place: string, backups: ListedBackup[]) => {
      for (const { id, bytes, isWhole } of backups) {
        const line = lines.get(id) ?? { id, bytes, isWhole: false, places: [] };
        lines.set(id, { ...line, isWhole: line.isWhole || isWhole, places: [...line.places, place] });
      }
    };
    add('here', await listBackups(local));
    if (remote) add('S3', await listBackups(remote));
    const backups = [...lines.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    return {
      text: backups.length > 0 ? backups.map(inOneLine).join('\n') : 'There is no backup.',
      json: {
        backups: backups.map(({ id, bytes, isWhole, places }) => ({
          ...{ id, made_at: timeOf(id), bytes, whole: isWhole, places },
        })),
      },
      exit: backups.some(({ isWhole }) => isWhole) ? 0 : 1,
    };
  },
};

const inOneLine = ({ id, bytes, isWhole, places }: Line): string =>
  `${id}  ${timeOf(id).toISOString()}  ${inSize(bytes)} without photos  ${places.join(' and ')}  ${isWhole ? 'whole' : 'not finished'}`;
