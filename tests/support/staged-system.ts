import { setTimeout as wait } from 'node:timers/promises';
import type { BackupState, MirrorBacklog } from '../../src/dashboard/system-parts.ts';
import type { App, Parts } from './app.ts';

const HOUR = 3600_000;
export const ago = (ms: number): Date => new Date(Date.now() - ms);

/** Backups as they should be; the figures are those of the design. */
export const goodBackups = (changes: Partial<BackupState> = {}): BackupState => ({
  newest: {
    ...{ at: ago(13 * HOUR), id: '20250512-020000', databaseBytes: 48e6, photoFiles: 2406, photoBytes: 1.9e9 },
    ...{ newFiles: 12, places: 2, faults: 0 },
  },
  verified: { at: ago(13 * HOUR), files: 2406, faults: 0 },
  rehearsed: { at: ago(9 * 24 * HOUR), seconds: 240, faults: 0 },
  lastFailure: undefined,
  ...{ hasVerifyFailed: false, hasRehearsalFailed: false, isKeyKept: true, isKeyOfEachMachine: false, isRed: false },
  ...changes,
});

export const NO_BACKUPS: BackupState = {
  ...{ newest: undefined, verified: undefined, rehearsed: undefined, lastFailure: undefined },
  ...{ hasVerifyFailed: false, hasRehearsalFailed: false, isKeyKept: false, isKeyOfEachMachine: false, isRed: false },
};

/** What the status page is shown of the parts that hold backups and copies; `asked` is what it had done. */
export const makeStaged = () => {
  const asked: string[] = [];
  const now: { backups: BackupState | 'hangs' | 'fails'; hasKey: boolean; mirror: MirrorBacklog } = {
    hasKey: true,
    backups: goodBackups(),
    mirror: { copied: 2402, waiting: 0, oldestAt: undefined },
  };
  const parts: Parts = {
    officeBackups: {
      state: async () => {
        if (now.backups === 'hangs') await wait(4000);
        if (now.backups === 'hangs' || now.backups === 'fails')
          throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
        return now.backups;
      },
      startWork: async (_trx, kind, staffId) => void asked.push(`${kind} by ${staffId}`),
      confirmKeyKept: async (_trx, staffId) => now.hasKey && asked.push(`key by ${staffId}`) > 0,
    },
    officeMirror: async () => now.mirror,
  };
  return { parts, asked, now };
};

/** Those of the scenes. */
export const staged = makeStaged();

/** Jobs that check photos, each in the state that it is given. */
export const giveJobs = async (
  { db, queue }: App,
  counts: Partial<Record<'created' | 'active' | 'failed', number>>,
  failure = 'Error ECONNREFUSED',
) => {
  for (const [state, count] of Object.entries(counts)) {
    await db.transaction(async (trx) => {
      for (let n = 1; n <= count; n += 1) await queue.enqueue(trx, 'photo-check', { photoId: n });
      await trx.raw(
        `update pgboss.job set state = ?, output = ?, started_on = now(), completed_on = case when ? then now() end
         where state = 'created' and started_on is null`,
        [state, JSON.stringify({ message: failure }), state === 'failed'],
      );
    });
  }
};

type Row = {
  kind?: string;
  state?: 'running' | 'done' | 'failed';
  done?: number;
  total?: number | null;
  startedBy?: number;
  startedAt?: Date;
  detail?: object;
  failure?: string;
  cancelAskedAt?: Date;
};

/** Work that takes minutes, as the process that does it would write it down; gives its id. */
export const giveWork = async ({ db }: App, row: Row = {}): Promise<number> => {
  const given = { kind: 'backup', state: 'running', done: 0, total: null, startedAt: ago(60_000), detail: {}, ...row };
  const [made] = await db('long_work')
    .insert({
      ...{ kind: given.kind, state: given.state, done: given.done, total: given.total, failure: given.failure },
      ...{ started_at: given.startedAt, started_by: given.startedBy, heard_at: new Date() },
      ...{ detail: JSON.stringify(given.detail), cancel_asked_at: given.cancelAskedAt },
      ended_at: given.state === 'running' ? null : new Date(),
    })
    .returning<{ id: string }[]>('id');
  return Number(made?.id);
};

type GivenError = {
  fingerprint: string;
  code?: string;
  place?: string;
  times?: number;
  firstHoursAgo: number;
  lastHoursAgo: number;
};

/** Kinds of errors as they were noted. */
export const giveErrors = async ({ db }: App, errors: GivenError[]): Promise<void> => {
  await db('error_kinds').insert(
    errors.map(({ firstHoursAgo, lastHoursAgo, ...error }) => ({
      ...{ type: 'TypeError', place: 'GET /admin/parents', times: 1, version: '1.4.2', example_id: '7F3K-92QX' },
      ...{ code: null, ...error, first_at: ago(firstHoursAgo * HOUR), last_at: ago(lastHoursAgo * HOUR) },
    })),
  );
};

type GivenInstance = { name: string; kind: 'web' | 'worker'; version: string; heardSecondsAgo: number };

/** Processes as they told that they live; the first began first. */
export const giveInstances = async ({ db }: App, instances: GivenInstance[]): Promise<void> => {
  await db('instances').insert(
    instances.map(({ heardSecondsAgo, ...instance }, at) => ({
      ...{ ...instance, started_at: ago((100 - at) * HOUR), heard_at: ago(heardSecondsAgo * 1000) },
    })),
  );
};
