import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';

/** How long the service keeps its own log, too (CLOUDWATCH_RETENTION_DAYS). */
export const LOG_DAYS = RetentionDays.ONE_MONTH;

/** One group for each who writes. No names and no links stand in them (R67). */
export const makeLogs = (stack: Stack) => {
  const group = (id: string, name: string): LogGroup =>
    new LogGroup(stack, id, {
      logGroupName: `/${stack.stackName}/${name}`,
      retention: LOG_DAYS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  return {
    service: group('ServiceLogs', 'service'),
    edge: group('EdgeLogs', 'nginx'),
    machine: group('MachineLogs', 'machine'),
  };
};

export type Logs = ReturnType<typeof makeLogs>;
