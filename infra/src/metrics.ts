import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';

/** As the service writes them, once a minute from each process (docs/operations.md, 'See what it does'). */
const NAMESPACE = 'ParentOnboarding';
const dimensionsMap = { Service: 'parent-onboarding' };

/** Figures of the whole installation are the same from each process: the largest is the true one. */
export const figures = {
  RequestErrors: Stats.SUM,
  Requests: Stats.SUM,
  RequestLatency: Stats.percentile(99),
  UploadsAccepted: Stats.SUM,
  UploadsRefused: Stats.SUM,
  QueueDepth: Stats.MAXIMUM,
  QueueWaitSeconds: Stats.MAXIMUM,
  QueueFailed: Stats.MAXIMUM,
  ReviewBacklog: Stats.MAXIMUM,
  ReviewOldestSeconds: Stats.MAXIMUM,
  BackupAgeSeconds: Stats.MAXIMUM,
  BackupNeedsPerson: Stats.MAXIMUM,
  MirrorOldestSeconds: Stats.MAXIMUM,
  FilesMissing: Stats.MAXIMUM,
  DroppedLogEvents: Stats.SUM,
  UnexpectedErrors: Stats.SUM,
  NewErrorFingerprints: Stats.SUM,
  PoolInUse: Stats.MAXIMUM,
  PoolWaiting: Stats.MAXIMUM,
  RssBytes: Stats.MAXIMUM,
  EventLoopDelay: Stats.MAXIMUM,
  DiskFreePercent: Stats.MINIMUM,
};

/** One of the service's own figures, for five minutes at a time. */
export const serviceMetric = (metricName: keyof typeof figures, statistic: string = figures[metricName]): Metric =>
  new Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period: Duration.minutes(5) });

export const GIB = 1024 ** 3;
