import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Size } from './sizes.ts';

export const RANGE = '10.0.0.0/16';
/** Where nginx on a machine listens for the balancer, with TLS; and where the balancer asks whether the machine lives. */
export const EDGE_PORT = 8443;
export const HEALTH_PORT = 8081;
/** More than the 60 s after which nginx answers with a page of its own (proxy_read_timeout): else the balancer's bare one could come first. */
export const IDLE_SECONDS = 75;
export const DATABASE_PORT = 5432;

/**
 * Three tiers in two zones, and what may talk to what: people -> balancer -> machines -> database. Nothing else comes in anywhere;
 * nobody signs in by SSH (AWS Systems Manager reaches the machines from inside).
 */
export const makeNetwork = (stack: Stack, { natGateways }: Size) => {
  const vpc = new Vpc(stack, 'Vpc', {
    ipAddresses: IpAddresses.cidr(RANGE),
    maxAzs: 2,
    natGateways,
    restrictDefaultSecurityGroup: false, // CDK does it by a Lambda of its own; nothing is in that group, says a test
    subnetConfiguration: [
      { name: 'balancer', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'machines', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
      { name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
    gatewayEndpoints: { s3: { service: GatewayVpcEndpointAwsService.S3 } }, // photos and packages do not pay for the gateway
  });
  vpc.addFlowLog('FlowLog', {
    destination: FlowLogDestination.toCloudWatchLogs(
      new LogGroup(stack, 'FlowLogs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY }),
    ),
    trafficType: FlowLogTrafficType.REJECT, // what was taken is in the access log
  });

  const group = (id: string, description: string): SecurityGroup =>
    new SecurityGroup(stack, id, { vpc, description, allowAllOutbound: false });
  const balancer = group('BalancerGroup', 'The balancer: people from everywhere, by http and https');
  const machines = group('MachinesGroup', 'nginx and the service: the balancer alone');
  const database = group('DatabaseGroup', 'PostgreSQL: the machines alone');

  balancer.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'people');
  balancer.addIngressRule(Peer.anyIpv4(), Port.tcp(80), 'people, who are sent on to https');
  balancer.addEgressRule(machines, Port.tcp(EDGE_PORT), 'nginx');
  balancer.addEgressRule(machines, Port.tcp(HEALTH_PORT), 'whether it lives');
  machines.addIngressRule(balancer, Port.tcp(EDGE_PORT), 'the balancer');
  machines.addIngressRule(balancer, Port.tcp(HEALTH_PORT), 'whether it lives');
  machines.addEgressRule(database, Port.tcp(DATABASE_PORT), 'the database');
  machines.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS, and packages');
  database.addIngressRule(machines, Port.tcp(DATABASE_PORT), 'the service');
  return { vpc, balancer, machines, database };
};

export type Network = ReturnType<typeof makeNetwork>;
