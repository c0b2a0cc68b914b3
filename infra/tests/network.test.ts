import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, district } from './synthesised.ts';

const group = (reference: unknown): string =>
  /(Balancer|Machines|Database)Group/.exec(JSON.stringify(reference))?.[1] ?? '?';

/** Each rule as `from -> to:port`, those inside the groups and those that stand alone. */
const rulesOf = ({ of }: typeof district, way: 'Ingress' | 'Egress'): string[] => {
  const inside = of('AWS::EC2::SecurityGroup').flatMap(([id, { Properties }]) =>
    ((Properties[`SecurityGroup${way}`] ?? []) as Record<string, unknown>[]).map((rule) => ({ ...rule, GroupId: id })),
  );
  const alone = of(`AWS::EC2::SecurityGroup${way}`).map(([, { Properties }]) => Properties);
  return [...inside, ...alone]
    .map((rule: Record<string, unknown>) => {
      const other =
        rule['CidrIp'] ??
        rule['CidrIpv6'] ??
        group(rule['SourceSecurityGroupId'] ?? rule['DestinationSecurityGroupId']);
      const ports = rule['IpProtocol'] === 'tcp' ? `${rule['FromPort']}-${rule['ToPort']}` : String(rule['IpProtocol']);
      const ends = way === 'Ingress' ? [other, group(rule['GroupId'])] : [group(rule['GroupId']), other];
      return `${ends.join(' -> ')}:${ports}`;
    })
    .sort();
};

for (const [size, stack] of Object.entries(both)) {
  test(`${size}: people reach the balancer, the balancer the machines, the machines the database, and nobody else anything`, () => {
    assert.deepEqual(rulesOf(stack, 'Ingress'), [
      '0.0.0.0/0 -> Balancer:443-443',
      '0.0.0.0/0 -> Balancer:80-80',
      'Balancer -> Machines:8081-8081',
      'Balancer -> Machines:8443-8443',
      'Machines -> Database:5432-5432',
    ]);
  });

  test(`${size}: machines get out to their database and to https, the balancer to machines, the database nowhere`, () => {
    assert.deepEqual(rulesOf(stack, 'Egress'), [
      'Balancer -> Machines:8081-8081',
      'Balancer -> Machines:8443-8443',
      'Database -> 255.255.255.255/32:icmp', // how CDK says 'nowhere'
      'Machines -> 0.0.0.0/0:443-443',
      'Machines -> Database:5432-5432',
    ]);
  });
}

test('nothing is in the default group of the network, which lets its members in', () => {
  assert.equal(JSON.stringify(district.template.toJSON()).includes('DefaultSecurityGroup'), false);
  assert.match(JSON.stringify(district.one('AWS::RDS::DBInstance')['VPCSecurityGroups']), /DatabaseGroup/);
  assert.match(
    JSON.stringify(district.one('AWS::ElasticLoadBalancingV2::LoadBalancer')['SecurityGroups']),
    /BalancerGroup/,
  );
  const data = district.one('AWS::EC2::LaunchTemplate')['LaunchTemplateData'];
  assert.match(JSON.stringify(data.SecurityGroupIds), /MachinesGroup/);
});

test('only the balancer has a public address: machines go out by a gateway, the database has no way out', () => {
  const routes = district.of('AWS::EC2::Route').map(([id, { Properties }]) => {
    const tier = /Vpc(balancer|machines|database)/.exec(id)?.[1];
    return `${tier} ${Properties['NatGatewayId'] ? 'gateway' : 'internet'}`;
  });
  assert.deepEqual([...new Set(routes)].sort(), ['balancer internet', 'machines gateway']);
  for (const [, { Properties }] of district.of('AWS::EC2::Subnet'))
    assert.equal(Properties['MapPublicIpOnLaunch'], false);
  assert.equal(district.one('AWS::RDS::DBInstance')['PubliclyAccessible'], false);
});

test('a school has one gateway, a district one in each zone', () => {
  both.school.template.resourceCountIs('AWS::EC2::NatGateway', 1);
  both.district.template.resourceCountIs('AWS::EC2::NatGateway', 2);
});

test('what the groups refuse is logged', () => {
  district.template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
});
