import type { Queue } from '../platform/queue.ts';
import type { RunDoctor } from './run-doctor.ts';
import type { Schedule } from './schedules.ts';

type Payload = { startedBy?: number | undefined };

/** Does the job: comes again when its process stops in the middle, not when somebody cancels it or another one is at it. */
export const makeDoctorJob =
  ({ doctor }: { doctor: RunDoctor }) =>
  async ({ startedBy }: Payload, { signal }: { signal: AbortSignal }): Promise<void> => {
    const ended = await doctor.examineNightly({ startedBy: startedBy ?? null, stopping: signal });
    if (!ended.ok && ended.reason === 'cancelled' && signal.aborted)
      throw new Error('the process stopped in the middle');
  };

export type DoctorJob = ReturnType<typeof makeDoctorJob>;

type When = { at: string; timeZone: () => Promise<string>; queue: Pick<Queue, 'enqueue'> };

/** An hour after the nightly backup (BACKUP_AT, like 02:00), which is then mostly over. */
export const doctorSchedule = ({ at, timeZone, queue }: When): Schedule => {
  const [hour = 2, minute = 0] = at.split(':').map(Number);
  return {
    ...{ name: 'doctor', cron: `${minute} ${(hour + 1) % 24} * * *`, timeZone, isOn: () => Promise.resolve(true) },
    enqueue: (trx) => queue.enqueue(trx, 'doctor', {}, { singletonKey: 'nightly' }),
  };
};
