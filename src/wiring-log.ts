import { instanceName } from './platform/instance.ts';
import { type Logger, makeLogger } from './platform/logger.ts';
import { makeLogSink } from './platform/log-sink.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Config } from './shared/config.ts';

type Log = {
  logger: Logger;
  /** Sends what waits for CloudWatch, for at most 3 s. */
  close: () => Promise<void>;
};

type Deps = { config: Config; metrics: Pick<Metrics, 'count'> };

/** The log of a process that serves: JSON lines on stdout and, where a group is configured, in CloudWatch. Only then is its SDK loaded. */
export const openLog = async ({ config, metrics }: Deps): Promise<Log> => {
  const { LOG_LEVEL: level, CLOUDWATCH_LOG_GROUP: group, CLOUDWATCH_RETENTION_DAYS: retentionDays } = config;
  const onStdout = makeLogger({ level });
  if (group === undefined) return { logger: onStdout, close: async () => undefined };
  const { makeCloudWatchLogs } = await import('./platform/cloudwatch-logs.ts');
  const sink = makeLogSink({
    store: makeCloudWatchLogs({ group, stream: instanceName(), retentionDays }),
    logger: onStdout,
    onDropped: (count) => metrics.count('DroppedLogEvents', count),
  });
  return { logger: makeLogger({ level, also: sink.write }), close: () => sink.close() };
};
