import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { INFRA } from '../src/context.ts';
import { IDLE_SECONDS } from '../src/network.ts';
import { both, district, school } from './synthesised.ts';

const templateData = district.one('AWS::EC2::LaunchTemplate')['LaunchTemplateData'];
const [, group] = district.of('AWS::AutoScaling::AutoScalingGroup')[0] ?? assert.fail();
const targets = district.one('AWS::ElasticLoadBalancingV2::TargetGroup');

test('machines ask for a token of whoever wants their credentials, and hand none to a container’s network', () => {
  assert.equal(templateData.MetadataOptions.HttpTokens, 'required');
  assert.equal(templateData.MetadataOptions.HttpPutResponseHopLimit, 1);
});

test('the disk of a machine is encrypted and goes with it', () => {
  const disks = templateData.BlockDeviceMappings;
  assert.equal(disks.length, 1);
  assert.deepEqual([disks[0].Ebs.Encrypted, disks[0].Ebs.DeleteOnTermination], [true, true]);
});

test('nobody signs in with a key', () => {
  assert.equal(templateData.KeyName, undefined);
});

test('the image is the newest Amazon Linux of the day, found without a look-up', () => {
  assert.match(JSON.stringify(templateData.ImageId), /SsmParameterValue.*al2023/);
});

for (const [size, { of }] of Object.entries(both)) {
  test(`${size}: an update starts a machine, waits for its signal, and only then ends another`, () => {
    const [, { UpdatePolicy, CreationPolicy, Properties }] =
      of('AWS::AutoScaling::AutoScalingGroup')[0] ?? assert.fail();
    const rolling = (UpdatePolicy as Record<string, Record<string, unknown>>)['AutoScalingRollingUpdate'] ?? {};
    assert.equal(rolling['WaitOnResourceSignals'], true);
    assert.equal(rolling['MaxBatchSize'], 1);
    assert.equal(rolling['MinInstancesInService'], Number(Properties['MinSize']));
    assert.ok(Number(Properties['MaxSize']) > Number(Properties['MinSize']), 'room for the new one');
    assert.ok((rolling['SuspendProcesses'] as string[]).includes('ReplaceUnhealthy'));
    assert.match(JSON.stringify(CreationPolicy), /"Count":[12]\b/);
  });
}

test('the signal carries the success of all steps, of which the last waits for the balancer', () => {
  const started = JSON.stringify(templateData.UserData);
  assert.match(started, /cfn-init -v .*cfn-signal -e \$\?/);
  const { config } = (group['Metadata'] as Record<string, any>)['AWS::CloudFormation::Init'];
  assert.deepEqual(Object.keys(config.commands), ['1-prepare', '2-roles', '3-units', '4-wait']);
  assert.match(config.commands['4-wait'].command, /wait-until-in-service$/);
  for (const command of Object.values<Record<string, unknown>>(config.commands))
    assert.notEqual(command['ignoreErrors'], true);
});

test('a machine that does not answer is taken away and replaced; none is ended because the database is away', () => {
  assert.equal(group.Properties['HealthCheckType'], 'ELB');
  assert.match(JSON.stringify(group.Properties['TargetGroupARNs']), /Targets/);
  assert.deepEqual(
    [
      targets['HealthCheckPath'],
      targets['HealthCheckPort'],
      targets['HealthCheckProtocol'],
      targets['Matcher'].HttpCode,
    ],
    ['/healthz', '8081', 'HTTP', '200'],
  );
  const files = (group['Metadata'] as Record<string, any>)['AWS::CloudFormation::Init'].config.files;
  assert.match(files['/etc/onboarding/site/http.conf'].content, /listen 8081;(?:.*\n)*? +location = \/healthz \{/);
  // Only at its start a machine waits for more: until it can serve pages.
  assert.match(files['/usr/local/lib/onboarding/wait-until-in-service'].content, /HEALTH_PORT\/readyz/);
});

test('between the balancer and nginx there is TLS, and a machine that goes may finish for two minutes', () => {
  assert.deepEqual([targets['Protocol'], targets['Port']], ['HTTPS', 8443]);
  const drain = targets['TargetGroupAttributes'].find(
    (it: { Key: string }) => it.Key === 'deregistration_delay.timeout_seconds',
  );
  assert.equal(drain.Value, '120');
});

const attributes = Object.fromEntries(
  district
    .one('AWS::ElasticLoadBalancingV2::LoadBalancer')
    ['LoadBalancerAttributes'].map((it: { Key: string; Value: string }) => [it.Key, it.Value]),
);

test('the balancer waits longer than nginx does for an answer, and closes idle connections before nginx does', () => {
  const patience = Number(/proxy_read_timeout (\d+)s/.exec(readFileSync(`${INFRA}../nginx.conf`, 'utf8'))?.[1]);
  assert.ok(IDLE_SECONDS > patience, `${patience}`);
  assert.equal(attributes['idle_timeout.timeout_seconds'], String(IDLE_SECONDS));
  const files = (group['Metadata'] as Record<string, any>)['AWS::CloudFormation::Init'].config.files;
  const nginx = Number(/keepalive_timeout (\d+)s/.exec(files['/etc/onboarding/site/listen.conf'].content)?.[1]);
  assert.ok(nginx > IDLE_SECONDS, `${nginx}`);
  const upstream = /upstream onboarding \{[^}]*keepalive_timeout (\d+)s/.exec(
    files['/etc/onboarding/site/http.conf'].content,
  );
  assert.ok(Number(upstream?.[1]) < 75); // what the service keeps connections for
});

test('the balancer keeps no log of addresses, refuses odd requests, and is not deleted by mistake', () => {
  assert.notEqual(attributes['access_logs.s3.enabled'], 'true');
  assert.equal(attributes['routing.http.drop_invalid_header_fields.enabled'], 'true');
  assert.equal(attributes['routing.http.desync_mitigation_mode'], 'strictest');
  assert.equal(attributes['deletion_protection.enabled'], 'true');
});

test('http is sent on to https, to our own name; https is for our name alone, with TLS 1.2 at least', () => {
  const listeners = school.of('AWS::ElasticLoadBalancingV2::Listener').map(([, { Properties }]) => Properties as any);
  const http = listeners.find((it) => it.Port === 80);
  const https = listeners.find((it) => it.Port === 443);
  assert.equal(listeners.length, 2);
  assert.deepEqual(http.DefaultActions[0].RedirectConfig, {
    Host: 'photos.oakfield.example',
    Port: '443',
    Protocol: 'HTTPS',
    StatusCode: 'HTTP_301',
  });
  assert.equal(https.DefaultActions[0].Type, 'fixed-response');
  assert.match(https.SslPolicy, /TLS13-1-2-Res/);
  const rule = school.one('AWS::ElasticLoadBalancingV2::ListenerRule');
  assert.deepEqual(rule['Conditions'], [
    { Field: 'host-header', HostHeaderConfig: { Values: ['photos.oakfield.example'] } },
  ]);
});
