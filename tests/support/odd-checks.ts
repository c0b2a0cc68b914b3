import { makeCheckPhoto } from '../../src/photos/check-photo.ts';
import { makeCheckRecords } from '../../src/photos/check-records.ts';
import { makeFaceChecker } from '../../src/photos/face-checker.ts';
import { makePortrayFace } from '../../src/photos/portray-face.ts';
import { givePhoto } from './actors.ts';
import { startApp } from './app.ts';
import { addParent } from './cast.ts';

const script = new URL('./odd-checker.ts', import.meta.url);

/** A service whose checker says of each photo what `now.say` is, in the words of odd-checker.ts. */
export const startOddChecks = async () => {
  const now = { say: 'good', disk: 'sound' as 'sound' | 'full' };
  const app = await startApp({ env: { CHECKS: 'face' } });
  const checking = makeCheckPhoto({
    ...{ ...app, checks: 'face', records: makeCheckRecords(app) },
    files: { read: async () => Buffer.from(now.say) },
    checker: makeFaceChecker({ ...app, checks: 'face', script, hardLimitMs: 2000 }),
    portrayFace: async (photo, face) => {
      if (now.disk === 'full') throw new Error('ENOSPC');
      await makePortrayFace({ changePortrait: app.changePortrait })(photo, face);
    },
  });
  return {
    app,
    now,
    checking,
    /** A photo of somebody new; with `print` it is checked already, and that is its print. */
    sent: async (print?: string) => {
      const parent = await addParent(app);
      const photoId = await givePhoto(app, parent);
      if (print === undefined) return { parent, photoId };
      now.say = `print ${print}`;
      await checking.check(photoId);
      now.say = 'good';
      return { parent, photoId };
    },
    rowOf: (photoId: number) => app.db('photos').where({ id: photoId }).first<Record<string, unknown>>(),
    /** How many wait for a lock. */
    waiting: async (): Promise<number> => {
      const { rows } = await app.db.raw<{ rows: { n: number }[] }>(
        `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      return rows[0]?.n ?? 0;
    },
    stop: () => checking.stop().then(app.stop),
  };
};
