import type { Progress } from '../platform/long-work.ts';
import type { Wired } from '../wiring.ts';
import { type Command, required, type Said, UsageError } from './command.ts';
import { untilStopped } from './until-stopped.ts';

/** A line on the terminal after so many files. */
const TELL_EVERY = 1000;

export const storageMoveCommand: Command = {
  usage: 'storage:move --to s3|local',
  summary:
    'moves the photos to where STORAGE says, while the service runs; what was stopped goes on with the next call',
  options: { to: { type: 'string' } },
  takesPhotos: true,
  run: async (service, given) => {
    refuseSenseless(service, required(given, 'to'));
    return untilStopped((stopping) => move(service, stopping), STOPPED);
  },
};

const move = async (service: Wired, stopping: AbortSignal): Promise<Said | 'cancelled'> => {
  const work = async ({ tell, signal }: Progress) => {
    const moved = await service.movePhotos({
      signal,
      tell: (done, total) => {
        tell(done, total);
        if (done % TELL_EVERY === 0) process.stderr.write(`${done} of ${total ?? '?'} files\n`);
      },
    });
    return { detail: moved, ...moved };
  };
  const ended = await service.longWork.run('storage-move', work, { stopping });
  if (!ended.ok) return ended.reason === 'running' ? ANOTHER_MOVE : 'cancelled';
  const { moved, left } = ended.value;
  const rest = left > 0 ? `; ${left} stay where they are, for no photo knows them or they are damaged: run doctor` : '';
  return { text: `${moved} files moved${rest}`, json: { moved, left }, exit: left > 0 ? 1 : 0 };
};

const STOPPED = 'Stopped. The same command goes on from here.';

const refuseSenseless = ({ config }: Pick<Wired, 'config'>, to: string): void => {
  if (to !== 's3' && to !== 'local') throw new UsageError('--to is s3 or local');
  if (config.S3_BUCKET === undefined) throw new UsageError('S3_BUCKET is missing: which bucket is it?');
  if (config.STORAGE === 'mirror')
    throw new UsageError('with STORAGE=mirror every photo is in both places already, there is nothing to move');
  if (config.STORAGE !== to)
    throw new UsageError(`set STORAGE=${to} and restart the service first, so that new photos go there too`);
};

const ANOTHER_MOVE: Said = { text: 'Another move is running.', json: { failed: 'running' }, exit: 1 };
