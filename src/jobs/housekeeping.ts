import type { Clock } from '../platform/clock.ts';
import { advisoryLocks, type Db } from '../platform/db.ts';
import type { NoteError } from '../platform/error-notes.ts';
import type { Logger } from '../platform/logger.ts';

/** A chore runs again after `everyMs`; a long one ends early when `stopping` says so. It must bear running twice and running beside another process. */
export type Chore = {
  name: string;
  everyMs: number;
  /** After a failure it comes again so soon; without it, in its turn. */
  againMs?: number;
  /** It may take hours: the others do not wait for it. */
  beside?: boolean;
  run: (stopping: AbortSignal) => Promise<unknown>;
};

const TICK_MS = 5000;

/**
 * Runs the chores while the process lives: one at a time here, but for those that run beside the others, and each in one process only (an advisory lock), so
 * that ten instances do not sweep ten times. A chore that fails is logged and comes again in its turn.
 */
export const makeHousekeeping = ({
  db,
  logger,
  noteError,
  clock,
  chores,
}: {
  db: Db;
  logger: Logger;
  noteError: NoteError;
  clock: Clock;
  chores: Chore[];
}) => {
  const due = new Map(chores.map((chore) => [chore.name, 0]));
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const stopping = new AbortController();

  /** The long ones that run now. */
  const besides = new Map<string, Promise<void>>();

  const runOne = async (chore: Chore): Promise<void> => {
    try {
      await alone(db, chore.name, () => chore.run(stopping.signal));
    } catch (error) {
      if (chore.againMs !== undefined) due.set(chore.name, clock.now().getTime() + chore.againMs);
      const named = noteError(error, { place: `chore ${chore.name}` });
      logger.warn({ err: error, chore: chore.name, ...named }, 'a chore failed; it runs again in its turn');
    }
  };
  const runDue = async (): Promise<void> => {
    for (const chore of chores) {
      const now = clock.now().getTime();
      if (stopping.signal.aborted || besides.has(chore.name) || (due.get(chore.name) ?? 0) > now) continue;
      due.set(chore.name, now + chore.everyMs);
      const run = runOne(chore);
      if (chore.beside)
        besides.set(
          chore.name,
          run.finally(() => besides.delete(chore.name)),
        );
      else await run;
    }
  };
  const tick = () => {
    running ??= runDue().finally(() => {
      running = undefined;
    });
  };
  return {
    start: () => {
      timer = setInterval(tick, TICK_MS);
      timer.unref();
      tick();
    },
    /** Waits for the chores that run, if some do. */
    stop: async () => {
      stopping.abort();
      clearInterval(timer);
      await running;
      await Promise.all(besides.values());
    },
  };
};

/** Does nothing where another process is at it, also one of another version: the lock goes by the name. The lock's connection is separate from those that the chore uses. */
const alone = (db: Db, name: string, run: () => Promise<unknown>): Promise<void> =>
  db.transaction(async (trx) => {
    await trx.raw('set local idle_in_transaction_session_timeout = 0');
    const { rows } = await trx.raw<{ rows: { mine: boolean }[] }>(
      'select pg_try_advisory_xact_lock(?, hashtext(?)) as mine',
      [advisoryLocks.housekeeping, name],
    );
    if (rows[0]?.mine) await run();
  });
