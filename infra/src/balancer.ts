import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  ListenerAction,
  ListenerCertificate,
  ListenerCondition,
  Protocol,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { acknowledge } from './acknowledge.ts';
import type { Deployment } from './deployment.ts';
import { EDGE_PORT, HEALTH_PORT, IDLE_SECONDS, type Network } from './network.ts';

/** The service reads a request for two minutes at most (src/http/listen.ts): so long a machine that goes may finish. */
const DRAIN = Duration.seconds(120);

type Deps = { network: Network; deployment: Deployment };

/** The balancer: https for our name alone, on to nginx with TLS. */
export const makeBalancer = (stack: Stack, { network, deployment }: Deps) => {
  const balancer = new ApplicationLoadBalancer(stack, 'Balancer', {
    vpc: network.vpc,
    vpcSubnets: { subnetType: SubnetType.PUBLIC },
    internetFacing: true,
    securityGroup: network.balancer,
    idleTimeout: Duration.seconds(IDLE_SECONDS),
    dropInvalidHeaderFields: true,
    desyncMitigationMode: DesyncMitigationMode.STRICTEST,
    deletionProtection: true,
  });
  acknowledge(balancer, {
    'AwsSolutions-ELB2':
      'Its access log would hold whole addresses, and with them onboarding links, which are secrets. nginx logs each request without them.',
  });
  acknowledge(network.balancer, {
    'AwsSolutions-EC23': 'Parents open their links from anywhere: http (sent on to https) and https are for everybody.',
  });
  const targets = new ApplicationTargetGroup(stack, 'Targets', {
    vpc: network.vpc,
    targetType: TargetType.INSTANCE,
    protocol: ApplicationProtocol.HTTPS,
    port: EDGE_PORT,
    deregistrationDelay: DRAIN,
    healthCheck: {
      protocol: Protocol.HTTP,
      port: String(HEALTH_PORT),
      // Whether nginx and the service live, not /readyz: while the database is away that fails on all machines at once, and the group
      // would end them all, though new ones would not help. nginx has a page for that minute.
      path: '/healthz',
      healthyHttpCodes: '200',
      interval: Duration.seconds(10),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
    },
  });
  balancer.addListener('Http', {
    port: 80,
    protocol: ApplicationProtocol.HTTP,
    open: false, // the security group says it already
    defaultAction: ListenerAction.redirect({
      protocol: 'HTTPS',
      port: '443',
      host: deployment.domain,
      permanent: true,
    }),
  });
  const https = balancer.addListener('Https', {
    port: 443,
    protocol: ApplicationProtocol.HTTPS,
    open: false,
    sslPolicy: SslPolicy.TLS13_RES,
    certificates: [ListenerCertificate.fromArn(deployment.certificateArn)],
    defaultAction: ListenerAction.fixedResponse(421, { contentType: 'text/plain', messageBody: '' }),
  });
  https.addAction('OurName', {
    priority: 10,
    conditions: [ListenerCondition.hostHeaders([deployment.domain])],
    action: ListenerAction.forward([targets]),
  });
  new CfnOutput(stack, 'BalancerName', {
    value: balancer.loadBalancerDnsName,
    description: `What the name ${deployment.domain} has to point to`,
  });
  return { balancer, targets };
};

export type Balancer = ReturnType<typeof makeBalancer>;
