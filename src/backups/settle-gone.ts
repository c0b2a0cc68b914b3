import type { Trx } from '../platform/db.ts';
import type { BackupId } from './backup-names.ts';
import type { Place } from './backup-objects.ts';
import { readLacks } from './backup-photos.ts';

const BATCH = 500;

/**
 * Takes out of a restored database what its owners deleted while the backup was made. A photo that was rejected or replaced keeps its
 * row, as it does when its files are cleared; a portrait that was replaced is made again by the service.
 */
export const settleGone = async (trx: Trx, place: Place, id: BackupId, now: Date): Promise<void> => {
  let batch: { key: string; file: string }[] = [];
  const settle = async (): Promise<void> => {
    const isPortrait = ({ file }: { file: string }) => file.startsWith('portrait-');
    for (const { key, file } of batch.filter(isPortrait))
      await trx('photos')
        .where({ filename: key, portrait_version: Number(file.slice('portrait-'.length)) })
        .update({
          ...{ portrait_version: null, portrait_sha256: null, portrait_turn: null, portrait_x: null },
          ...{ portrait_y: null, portrait_size: null, portrait_source: null },
        });
    const keys = [...new Set(batch.filter((one) => !isPortrait(one)).map(({ key }) => key))];
    await trx('photos')
      .whereIn('filename', keys)
      .whereIn('status', ['rejected', 'superseded'])
      .update({ files_deleted_at: now, face: null, print: null });
    await trx('photos').whereIn('filename', keys).whereIn('status', ['pending', 'approved']).delete();
    batch = [];
  };
  for await (const { key, file, why } of readLacks(place, id)) {
    if (why === 'gone') batch.push({ key, file });
    if (batch.length >= BATCH) await settle();
  }
  if (batch.length > 0) await settle();
};
