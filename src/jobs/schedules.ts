import { CronExpressionParser } from 'cron-parser';
import type { Clock } from '../platform/clock.ts';
import type { Db, Trx } from '../platform/db.ts';

/** Work of a certain hour. `cron` is read by the clock of `timeZone`; `enqueue` queues it in the transaction. */
export type Schedule = {
  name: string;
  /** Minute, hour, day, month, day of week. */
  cron: string;
  timeZone: () => Promise<string>;
  /** False: it does not run for now, and what was due meanwhile is not made up for. */
  isOn: () => Promise<boolean>;
  enqueue: (trx: Trx) => Promise<void>;
};

/**
 * Queues what is due, each time once however many processes ask, and gives how many. A time that was missed, because the
 * machine was off, is made up for once. A schedule that is new is first due at its next time. Change of summer time: an hour
 * that does not exist is taken an hour later, one that exists twice the first time. One that fails holds up no other; its
 * error is thrown when all had their turn.
 */
export const makeRunSchedules = ({ db, clock, schedules }: { db: Db; clock: Clock; schedules: Schedule[] }) => {
  const runOne = async ({ name, cron, timeZone, isOn, enqueue }: Schedule): Promise<boolean> => {
    const due = lastDue(cron, await timeZone(), clock.now());
    const on = await isOn();
    return db.transaction(async (trx) => {
      const isNew = await trx('schedules').insert({ name, due_at: due }).onConflict('name').ignore().returning('name');
      if (isNew.length > 0) return false;
      const isDue = await trx('schedules').where({ name }).where('due_at', '<', due).update({ due_at: due });
      if (isDue === 0 || !on) return false;
      await enqueue(trx);
      return true;
    });
  };
  return async (): Promise<number> => {
    let queued = 0;
    const failures: unknown[] = [];
    for (const schedule of schedules) {
      try {
        if (await runOne(schedule)) queued += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return queued;
  };
};

/** So far back is looked for the last time that was due: a schedule comes at least once a week. */
const LOOK_BACK_MS = 8 * 86_400_000;

/** Forward from long ago, for only so a time in the hour that summer time leaves out is found. */
const lastDue = (cron: string, timeZone: string, now: Date): Date => {
  const times = CronExpressionParser.parse(cron, { tz: timeZone, currentDate: new Date(now.getTime() - LOOK_BACK_MS) });
  let last: Date | undefined;
  for (let next = times.next().toDate(); next <= now; next = times.next().toDate()) last = next;
  if (!last) throw new Error('a schedule comes less than once a week');
  return last;
};
