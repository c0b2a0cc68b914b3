import { Duration, type Stack } from 'aws-cdk-lib';
import {
  AutoScalingGroup,
  CfnAutoScalingGroup,
  HealthChecks,
  AdditionalHealthCheckType,
  ScalingEvents,
  ScalingProcess,
  Signals,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  CloudFormationInit,
  EbsDeviceVolumeType,
  InitCommand,
  InitElement,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  SubnetType,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { acknowledge } from './acknowledge.ts';
import type { Balancer } from './balancer.ts';
import { LIBRARY, makeMachineFiles, UNITS, type MachineFilesDeps } from './machine-files.ts';
import type { Network } from './network.ts';
import type { Size } from './sizes.ts';

/** A machine needs three minutes from its start to its first page. */
const START_LIMIT = Duration.minutes(20);

type Deps = Omit<MachineFilesDeps, 'targetGroupArn'> & {
  network: Network;
  size: Size;
  role: Role;
  balancer: Balancer;
  topic: ITopic;
};

/**
 * The machines. They keep nothing: photos are in S3, all else is in PostgreSQL. An update starts a new one, waits until the balancer
 * sends people to it, and only then ends an old one; when the new one does not come up, everything goes back.
 */
export const makeMachines = (stack: Stack, deps: Deps): AutoScalingGroup => {
  const { network, size, role, balancer, topic } = deps;
  const { least, most, type } = size.machines;
  const template = new LaunchTemplate(stack, 'MachineTemplate', {
    instanceType: type,
    machineImage: MachineImage.latestAmazonLinux2023(), // of the day of the deployment: so patches arrive
    role,
    userData: UserData.forLinux(),
    securityGroup: network.machines,
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1, // no container on a network of its own reaches the role's credentials
    detailedMonitoring: true,
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: BlockDeviceVolume.ebs(30, {
          encrypted: true,
          volumeType: EbsDeviceVolumeType.GP3,
          deleteOnTermination: true,
        }),
      },
    ],
  });
  const group = new AutoScalingGroup(stack, 'Machines', {
    vpc: network.vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    launchTemplate: template,
    minCapacity: least,
    maxCapacity: most,
    healthChecks: HealthChecks.withAdditionalChecks({
      additionalTypes: [AdditionalHealthCheckType.ELB],
      gracePeriod: START_LIMIT,
    }),
    signals: Signals.waitForMinCapacity({ timeout: START_LIMIT }),
    updatePolicy: UpdatePolicy.rollingUpdate({
      minInstancesInService: least,
      maxBatchSize: 1,
      pauseTime: START_LIMIT,
      waitOnResourceSignals: true,
      suspendProcesses: [
        ScalingProcess.HEALTH_CHECK,
        ScalingProcess.REPLACE_UNHEALTHY,
        ScalingProcess.AZ_REBALANCE,
        ScalingProcess.ALARM_NOTIFICATION,
        ScalingProcess.SCHEDULED_ACTIONS,
      ],
    }),
    init: CloudFormationInit.fromElements(...startOf(stack, deps)),
    initOptions: { printLog: false },
    notifications: [{ topic, scalingEvents: ScalingEvents.ERRORS }],
  });
  acknowledge(group, {
    'AwsSolutions-AS3':
      'Errors are sent. Starts and ends are part of each update, and mails about them would be noise.',
  });
  attach(group, balancer);
  if (most > least + 1) group.scaleOnCpuUtilization('ByCpu', { targetUtilizationPercent: 60 });
  group.node.addDependency(network.vpc, role, deps.database.instance);
  return group;
};

/** By the group itself: CDK's own way would open ports between the security groups that are said already. */
const attach = (group: AutoScalingGroup, { targets, balancer }: Balancer): void => {
  (group.node.defaultChild as CfnAutoScalingGroup).targetGroupArns = [targets.targetGroupArn];
  group.node.addDependency(balancer); // a target group has no health before a listener uses it
};

/** Files, then the steps in their order; the update is told of the last one's success. */
const startOf = (stack: Stack, deps: Deps): InitElement[] => {
  const files = makeMachineFiles(stack, { ...deps, targetGroupArn: deps.balancer.targets.targetGroupArn });
  const steps: [string, string][] = [
    ['prepare', `${LIBRARY}/prepare-machine`],
    ['roles', `${LIBRARY}/make-database-roles`],
    ['units', `systemctl daemon-reload && systemctl enable --now ${UNITS.join(' ')}`],
    ['wait', `${LIBRARY}/wait-until-in-service`],
  ];
  return [
    ...files,
    ...steps.map(([name, command], index) => InitCommand.shellCommand(command, { key: `${index + 1}-${name}` })),
  ];
};
