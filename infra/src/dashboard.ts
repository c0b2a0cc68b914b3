import { Duration, type Stack } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, GraphWidget, Stats, type Alarm, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Balancer } from './balancer.ts';
import type { Database } from './database.ts';
import { serviceMetric } from './metrics.ts';

type Deps = { alarms: Alarm[]; balancer: Balancer; database: Database };

/** One page that says how it is: alarms, then what people meet, then what is behind it. */
export const makeDashboard = (stack: Stack, { alarms, balancer: { targets }, database }: Deps): Dashboard => {
  const graph = (title: string, ...left: IMetric[]): GraphWidget =>
    new GraphWidget({ title, left, width: 8, height: 6 });
  const { instance } = database;
  return new Dashboard(stack, 'Dashboard', {
    dashboardName: stack.stackName,
    defaultInterval: Duration.hours(12),
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 4 })],
      [
        graph('Requests', serviceMetric('Requests'), serviceMetric('RequestErrors')),
        graph(
          'Time for an answer (ms)',
          serviceMetric('RequestLatency', Stats.percentile(50)),
          serviceMetric('RequestLatency', Stats.percentile(90)),
          serviceMetric('RequestLatency'),
        ),
        graph('Photos', serviceMetric('UploadsAccepted'), serviceMetric('UploadsRefused')),
      ],
      [
        graph('Jobs', serviceMetric('QueueDepth'), serviceMetric('QueueFailed')),
        graph('Waiting (s)', serviceMetric('QueueWaitSeconds'), serviceMetric('ReviewOldestSeconds')),
        graph('Photos to review', serviceMetric('ReviewBacklog')),
      ],
      [
        graph('Errors', serviceMetric('UnexpectedErrors'), serviceMetric('NewErrorFingerprints')),
        graph('Age of the newest backup (s)', serviceMetric('BackupAgeSeconds')),
        graph('Log lines lost', serviceMetric('DroppedLogEvents')),
      ],
      [
        graph('Machines', targets.metrics.healthyHostCount(), targets.metrics.unhealthyHostCount()),
        graph('Memory (bytes)', serviceMetric('RssBytes')),
        graph('Event loop (ms)', serviceMetric('EventLoopDelay')),
      ],
      [
        graph('Database: processor (%)', instance.metricCPUUtilization()),
        graph('Database: connections of a process', serviceMetric('PoolInUse'), serviceMetric('PoolWaiting')),
        graph('Disks', instance.metricFreeStorageSpace(), serviceMetric('DiskFreePercent')),
      ],
    ],
  });
};
