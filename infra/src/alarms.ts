import { Duration, type Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { BackupVault } from 'aws-cdk-lib/aws-backup';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Balancer } from './balancer.ts';
import type { Database } from './database.ts';
import type { Deployment } from './deployment.ts';
import { GIB, serviceMetric } from './metrics.ts';

type Deps = {
  deployment: Deployment;
  balancer: Balancer;
  database: Database;
  vault: BackupVault;
  topic: ITopic;
};

type Rule = {
  metric: Metric;
  /** Wrong while the figure is above, or below, this. */
  above?: number;
  below?: number;
  /** Periods in a row, of the metric's length. */
  periods: number;
  /** What silence means: mostly nothing; where the figure must come, it is the fault itself. */
  silence?: 'fine' | 'wrong';
  says: string;
};

/** The backup is made each night and takes minutes: after 26 hours one is missing (the status page says the same). */
const BACKUP_LIMIT_SECONDS = 26 * 3600;

/**
 * What somebody is woken for. The name of each is a heading in docs/aws.md, which says what to do. A test compares the two.
 */
export const makeAlarms = (stack: Stack, deps: Deps): Alarm[] =>
  Object.entries({ ...ofPages(deps), ...ofWork(), ...ofMachines(deps) }).map(([name, rule]) => {
    const alarm = new Alarm(stack, `${name}Alarm`, {
      alarmName: `${stack.stackName}-${name}`,
      alarmDescription: `${rule.says} What to do: docs/aws.md, ${name}.`,
      metric: rule.metric,
      threshold: rule.above ?? rule.below ?? 0,
      comparisonOperator:
        rule.above === undefined ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: rule.periods,
      treatMissingData: rule.silence === 'wrong' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(deps.topic));
    alarm.addOkAction(new SnsAction(deps.topic));
    return alarm;
  });

const five = { period: Duration.minutes(5) };

/** Pages that fail or are slow. */
const ofPages = ({ balancer: { balancer, targets } }: Deps): Record<string, Rule> => ({
  NoMachine: {
    metric: targets.metrics.healthyHostCount({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
    below: 1,
    periods: 3,
    silence: 'wrong',
    says: 'No machine answers: nobody gets a page.',
  },
  MachineNotReady: {
    metric: targets.metrics.unhealthyHostCount({ ...five, statistic: Stats.MINIMUM }),
    above: 0,
    periods: 3,
    says: 'A machine has not answered for a quarter of an hour.',
  },
  BalancerErrors: {
    metric: balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { ...five, statistic: Stats.SUM }),
    above: 5,
    periods: 2,
    says: 'The balancer itself answers with errors.',
  },
  EdgeErrors: {
    metric: balancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { ...five, statistic: Stats.SUM }),
    above: 10,
    periods: 2,
    says: 'nginx or the service answers with errors.',
  },
  ServerErrors: {
    metric: serviceMetric('RequestErrors'),
    above: 5,
    periods: 2,
    says: 'The service answers with errors.',
  },
  NewError: {
    metric: serviceMetric('NewErrorFingerprints'),
    above: 0,
    periods: 1,
    says: 'An error has come that was never seen before, or that was done and is back.',
  },
  SlowPages: {
    metric: serviceMetric('RequestLatency'), // without uploads, which may take 8 s
    above: 2000,
    periods: 3,
    says: 'One page of a hundred takes more than 2 s.',
  },
});

/** A copy that has been waiting for a day was tried all that time. */
const MIRROR_LIMIT_SECONDS = 24 * 3600;

/** Work behind the pages. */
const ofWork = (): Record<string, Rule> => ({
  QueueLate: {
    metric: serviceMetric('QueueWaitSeconds'),
    above: 600,
    periods: 2,
    says: 'A job has been waiting for more than ten minutes.',
  },
  JobsFailed: {
    metric: serviceMetric('QueueFailed'),
    above: 0,
    periods: 1,
    says: 'A job has failed for good.',
  },
  BackupOld: {
    metric: serviceMetric('BackupAgeSeconds'),
    above: BACKUP_LIMIT_SECONDS,
    periods: 3,
    silence: 'wrong',
    says: 'The newest backup is older than 26 hours, or nobody says how old it is.',
  },
  BackupStuck: {
    metric: serviceMetric('BackupNeedsPerson'),
    above: 0,
    periods: 1,
    says: 'Backups do not go on by themselves.',
  },
  MirrorLate: {
    metric: serviceMetric('MirrorOldestSeconds'),
    above: MIRROR_LIMIT_SECONDS,
    periods: 2,
    says: 'A photo has been waiting for its copy in S3 for more than a day.',
  },
  PhotosMissing: {
    metric: serviceMetric('FilesMissing'),
    above: 0,
    periods: 1,
    says: 'Photos that should be there are missing in the store.',
  },
  LogLost: {
    metric: serviceMetric('DroppedLogEvents'),
    above: 0,
    periods: 1,
    says: 'Lines of the log did not reach CloudWatch.',
  },
});

/** Machines, database, certificate. */
const ofMachines = ({ database: { instance }, deployment, vault }: Deps): Record<string, Rule> => ({
  DiskFull: {
    metric: serviceMetric('DiskFreePercent'),
    below: 15,
    periods: 2,
    says: 'The disk of a machine is nearly full.',
  },
  PoolExhausted: {
    metric: serviceMetric('PoolWaiting'),
    above: 5,
    periods: 3,
    says: 'Requests wait for a connection to the database.',
  },
  DatabaseBusy: {
    metric: instance.metricCPUUtilization(five),
    above: 90,
    periods: 3,
    says: 'The database has been computing without a pause for a quarter of an hour.',
  },
  DatabaseFull: {
    metric: instance.metricFreeStorageSpace({ ...five, statistic: Stats.MINIMUM }),
    below: 2 * GIB,
    periods: 2,
    says: 'The database has less than 2 GiB left and has not grown by itself.',
  },
  VaultBackupFailed: {
    metric: new Metric({
      namespace: 'AWS/Backup',
      metricName: 'NumberOfBackupJobsFailed',
      dimensionsMap: { BackupVaultName: vault.backupVaultName },
      statistic: Stats.SUM,
      period: Duration.hours(1),
    }),
    above: 0,
    periods: 1,
    says: 'AWS Backup could not copy the database or the photos.',
  },
  CertificateEnds: {
    metric: new Metric({
      namespace: 'AWS/CertificateManager',
      metricName: 'DaysToExpiry',
      dimensionsMap: { CertificateArn: deployment.certificateArn },
      statistic: Stats.MINIMUM,
      period: Duration.days(1),
    }),
    below: 30,
    periods: 1,
    silence: 'wrong', // of a certificate that has ended nothing is said any more
    says: 'The certificate ends in less than 30 days and was not renewed.',
  },
});
