import type { Parent } from '../parents/parent.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { recordEvent } from '../platform/event-log.ts';
import type { CheckRecords } from './check-records.ts';
import { adviceForParent } from './photo-check.ts';
import type { Photo } from './photo.ts';

type Deps = { db: Db; records: CheckRecords; clock: Clock };

/**
 * 'Send this photo anyway': records that the parent saw the advice. The photo waits for review in any case. Gives false, and
 * records nothing, where nothing was advised, it was said before, or the photo does not wait any more.
 */
export const makeSendAnyway =
  ({ db, records, clock }: Deps) =>
  async (parent: Parent, photo: Photo): Promise<boolean> => {
    if (adviceForParent(photo.checks).length === 0) return false;
    const at = clock.now();
    return db.transaction(async (trx) => {
      if (!(await records.overrule(trx, photo, at))) return false;
      const codes = adviceForParent(photo.checks).map(({ code }) => code);
      const about = { schoolId: parent.schoolId, parentId: parent.id, photoId: photo.id };
      await recordEvent(trx, {
        ...about,
        actor: { kind: 'parent' },
        at,
        kind: 'photo.sent-anyway',
        data: { checks: codes },
      });
      return true;
    });
  };

export type SendAnyway = ReturnType<typeof makeSendAnyway>;
