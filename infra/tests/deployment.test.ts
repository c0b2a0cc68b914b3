import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readDeployment } from '../src/deployment.ts';
import { deployments, district, school } from './synthesised.ts';

const folder = mkdtempSync(join(tmpdir(), 'deployment-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const reading = (changes: Record<string, unknown>) => (): unknown => {
  const path = join(folder, 'it.json');
  writeFileSync(path, JSON.stringify({ ...deployments.school, ...changes }));
  return readDeployment(path);
};

test('a deployment that is complete is read', () => {
  assert.deepEqual(reading({})(), deployments.school);
});

test('all faults of a deployment are named at once', () => {
  assert.throws(
    reading({ size: 'huge', domain: undefined, colour: 'red' }),
    /size must .*domain is missing.*colour is unknown/s,
  );
});

test('no value of a deployment breaks out of a file of the machine', () => {
  for (const schoolName of ['Oak\nHOST=0.0.0.0', 'Oak$(id)', 'Oak`id`', 'Oak"', '', 7])
    assert.throws(reading({ schoolName }), /schoolName must/, String(schoolName));
  for (const domain of ['a.example; return 200', 'a.example}', 'A.example', 'example'])
    assert.throws(reading({ domain }), /domain must/, domain);
  for (const version of ['1 2', 'latest;id', '-x']) assert.throws(reading({ version }), /version must/, version);
});

test('a school is small, a district large', () => {
  const sizeOf = ({ one, of }: typeof school) => [
    one('AWS::EC2::LaunchTemplate')['LaunchTemplateData'].InstanceType,
    one('AWS::RDS::DBInstance')['DBInstanceClass'],
    of('AWS::AutoScaling::ScalingPolicy').length,
  ];
  assert.deepEqual(sizeOf(school), ['t3a.medium', 'db.t4g.micro', 0]);
  assert.deepEqual(sizeOf(district), ['m7i.large', 'db.m7g.large', 1]);
});

test('nothing about who synthesises is told to AWS, and nothing was looked up', () => {
  school.template.resourceCountIs('AWS::CDK::Metadata', 0);
  assert.deepEqual(
    Object.keys(school.template.toJSON()['Parameters']).filter((it) => !/^(SsmParameter|Bootstrap)/.test(it)),
    [],
  );
});
