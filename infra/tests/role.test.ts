import assert from 'node:assert/strict';
import { test } from 'node:test';
import { district, school, type synthesise } from './synthesised.ts';

type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: unknown };

/** What the machines may do, as `action on resource`. */
const rightsOf = ({ one }: ReturnType<typeof synthesise>): string[] =>
  (one('AWS::IAM::Policy', 'MachineRole')['PolicyDocument'].Statement as Statement[])
    .flatMap(({ Effect, Action, Resource }) => {
      assert.equal(Effect, 'Allow');
      const resources = [Resource].flat();
      return [Action].flat().flatMap((action) => resources.map((it) => `${action} on ${nameOf(it)}`));
    })
    .sort();

/** A resource by the id of ours that is in it, and what stands behind it. */
const nameOf = (resource: unknown): string => {
  const text = JSON.stringify(resource);
  const id = /"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z]+?)[0-9A-F]{8}"/.exec(text)?.[1];
  const below = /"(\/[^"]+)"\]\]/.exec(text)?.[1] ?? '';
  return id === undefined ? text.replace(/^"|"$/g, '') : `${id}${below}`;
};

const objects = (what: string, ...actions: string[]): string[] => actions.map((it) => `s3:${it} on ${what}`);

test('a machine may touch photos and backups below their prefixes; of backups it may not remove versions', () => {
  assert.deepEqual(
    rightsOf(district).filter((it) => it.startsWith('s3:')),
    [
      ...objects('Backups/onboarding/backups/*', 'AbortMultipartUpload', 'DeleteObject', 'GetObject', 'PutObject'),
      ...objects(
        'Photos/onboarding/*',
        'AbortMultipartUpload',
        'DeleteObject',
        'DeleteObjectVersion',
        'GetObject',
        'PutObject',
      ),
      's3:ListBucket on Backups',
      's3:ListBucket on Photos',
      's3:ListBucketVersions on Photos',
    ].sort(),
  );
});

test('a machine reads its own secrets; the master’s only while the roles are made', () => {
  const own = ['AdminPassword', 'AppPassword', 'BackupKey', 'MetricsToken', 'OwnerPassword', 'SessionSecret'];
  const secretsOf = (stack: ReturnType<typeof synthesise>): string[] =>
    rightsOf(stack)
      .filter((it) => it.startsWith('secretsmanager:'))
      .map((it) => it.replace('secretsmanager:GetSecretValue on ', ''));
  assert.deepEqual(secretsOf(district), own);
  assert.deepEqual(secretsOf(school), [...own, 'Database'].sort());
});

test('a machine has no other right', () => {
  const others = rightsOf(district).filter((it) => !/^(s3|secretsmanager):/.test(it));
  const repository = others.filter((it) => it.startsWith('ecr:') && !it.endsWith('on *'));
  for (const right of repository) assert.match(right, /:repository\/parent-onboarding/);
  assert.deepEqual(
    others.filter((it) => !repository.includes(it)),
    [
      'cloudformation:DescribeStackResource on {"Ref":"AWS::StackId"}',
      'cloudformation:SignalResource on {"Ref":"AWS::StackId"}',
      'ecr:GetAuthorizationToken on *',
      'elasticloadbalancing:DescribeTargetHealth on *',
      ...['BackupsKey', 'DataKey'].flatMap((key) => [`kms:Decrypt on ${key}`, `kms:GenerateDataKey on ${key}`]),
      ...['EdgeLogs', 'MachineLogs', 'ServiceLogs'].flatMap((group) => [
        `logs:CreateLogStream on ${group}`,
        `logs:PutLogEvents on ${group}`,
      ]),
      'ssm:UpdateInstanceInformation on *',
      ...['Create', 'Open'].flatMap((verb) => [
        `ssmmessages:${verb}ControlChannel on *`,
        `ssmmessages:${verb}DataChannel on *`,
      ]),
    ].sort(),
  );
  assert.deepEqual(district.one('AWS::IAM::Role', 'MachineRole')['ManagedPolicyArns'], undefined);
});
