import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CloudWatchFault, Told } from './cloudwatch-process.ts';

const SCRIPT = fileURLToPath(new URL('./cloudwatch-process.ts', import.meta.url));
const SECRET = 'a key that only tests know';
export const LOG_GROUP = '/onboarding/oakfield';

/**
 * A CloudWatch Logs in a process of its own, which knows our key. `env` is what a service has to be told, `fail` makes it fail
 * from now on, `told` gives what it has: groups with their streams, calls in order, and what it refused.
 */
export const startCloudWatch = async () => {
  const child = fork(SCRIPT, [SECRET], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ask = async <T>(asked: object): Promise<T> => {
    const answer = once(child, 'message') as Promise<[T]>;
    child.send(asked);
    return (await answer)[0];
  };
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const told = () => ask<Told>({ tell: true });
  return {
    env: {
      ...{ CLOUDWATCH_LOG_GROUP: LOG_GROUP, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: `http://127.0.0.1:${port}` },
      ...{ AWS_REGION: 'eu-west-2', AWS_ACCESS_KEY_ID: 'oakfield', AWS_SECRET_ACCESS_KEY: SECRET },
    },
    told,
    /** All lines that it has of the group, by stream. */
    streams: async (): Promise<Record<string, string[]>> => {
      const { streams = {} } = (await told()).groups[LOG_GROUP] ?? {};
      return Object.fromEntries(
        Object.entries(streams).map(([name, events]) => [name, events.map(({ message }) => message)]),
      );
    },
    fail: (fault: CloudWatchFault): Promise<object> => ask({ fault }),
    heal: (): Promise<object> => ask({ fault: null }),
    /** Somebody removes the groups. */
    forget: (): Promise<object> => ask({ forget: true }),
    stop: (): void => child.disconnect(),
  };
};
