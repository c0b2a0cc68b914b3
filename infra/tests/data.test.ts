import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, deployments, district, school, synthesise } from './synthesised.ts';

const database = district.one('AWS::RDS::DBInstance');
const [, kept] = district.of('AWS::RDS::DBInstance')[0] ?? assert.fail();

for (const [size, { one }] of Object.entries(both)) {
  test(`${size}: the database is PostgreSQL 17, encrypted, in two zones, backed up and not deleted by mistake`, () => {
    const it = one('AWS::RDS::DBInstance');
    assert.deepEqual([it['Engine'], it['EngineVersion']], ['postgres', '17']);
    assert.deepEqual([it['MultiAZ'], it['StorageEncrypted'], it['DeletionProtection']], [true, true, true]);
    assert.match(JSON.stringify(it['KmsKeyId']), /DataKey/);
    assert.ok(Number(it['BackupRetentionPeriod']) >= 14);
    assert.equal(it['DeleteAutomatedBackups'], false);
    assert.equal(it['AutoMinorVersionUpgrade'], true);
  });
}

test('the database takes encrypted connections only, and its log holds no values', () => {
  const { Parameters } = district.one('AWS::RDS::DBParameterGroup');
  assert.equal(Parameters['rds.force_ssl'], '1');
  assert.equal(Parameters['log_error_verbosity'], 'terse'); // without DETAIL, which quotes rows
  assert.equal(Parameters['log_min_error_statement'], 'panic');
  assert.deepEqual(
    [Parameters['log_parameter_max_length'], Parameters['log_parameter_max_length_on_error']],
    ['0', '0'],
  );
  assert.deepEqual(database['EnableCloudwatchLogsExports'], ['postgresql']);
});

test('RDS makes and renews the master’s password: the template has none', () => {
  assert.equal(database['ManageMasterUserPassword'], true);
  assert.equal(database['MasterUserPassword'], undefined);
  assert.equal(database['MasterUsername'], 'onboarding_master');
});

test('a database can begin as a snapshot, and is as safe as any other', () => {
  const snapshot = 'arn:aws:rds:us-east-1:111122223333:snapshot:onboarding-riverside-last';
  const it = synthesise({ ...deployments.district, databaseSnapshot: snapshot }).one('AWS::RDS::DBInstance');
  assert.equal(it['DBSnapshotIdentifier'], snapshot);
  assert.deepEqual([it['MasterUsername'], it['MasterUserPassword'], it['DBName']], [undefined, undefined, undefined]);
  assert.deepEqual([it['ManageMasterUserPassword'], it['MultiAZ'], it['DeletionProtection']], [true, true, true]);
});

test('the database, the buckets, the keys, the secrets and the vault outlive the stack', () => {
  assert.equal(kept['DeletionPolicy'], 'Retain');
  const types = ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Backup::BackupVault'];
  for (const type of types) {
    assert.ok(district.of(type).length > 0);
    for (const [id, it] of district.of(type)) assert.equal(it['DeletionPolicy'], 'Retain', id);
  }
  assert.equal(district.stack.terminationProtection, true);
});

test('photos and backups keep their versions, are encrypted each with a key of its own, and are nobody else’s', () => {
  for (const [id, key] of [
    ['Photos', 'DataKey'],
    ['Backups', 'BackupsKey'],
  ] as const) {
    const it = district.one('AWS::S3::Bucket', id);
    assert.equal(it['VersioningConfiguration'].Status, 'Enabled');
    const [rule] = it['BucketEncryption'].ServerSideEncryptionConfiguration;
    assert.equal(rule.ServerSideEncryptionByDefault.SSEAlgorithm, 'aws:kms');
    assert.match(JSON.stringify(rule.ServerSideEncryptionByDefault.KMSMasterKeyID), new RegExp(`${key}[0-9A-F]`));
  }
  for (const [id, { Properties }] of district.of('AWS::S3::Bucket')) {
    const blocked = Object.values(Properties['PublicAccessBlockConfiguration'] as Record<string, boolean>);
    assert.deepEqual(blocked, [true, true, true, true], id);
  }
  for (const [id, { Properties }] of district.of('AWS::KMS::Key'))
    assert.equal(Properties['EnableKeyRotation'], true, id);
});

test('each bucket refuses what does not come by TLS 1.2', () => {
  const policies = district.of('AWS::S3::BucketPolicy');
  assert.equal(policies.length, 3);
  for (const [id, { Properties }] of policies) {
    const denied = JSON.stringify(Properties['PolicyDocument']);
    assert.match(denied, /"aws:SecureTransport":"false"\}\},"Effect":"Deny"/, id);
    assert.match(denied, /"s3:TlsVersion":1.2\}\},"Effect":"Deny"/, id);
  }
});

test('old versions go after 30 days (photos) and 14 (backups), unfinished uploads after one', () => {
  const rules = ['Photos', 'Backups'].map((id) => district.one('AWS::S3::Bucket', id)['LifecycleConfiguration'].Rules);
  assert.deepEqual(
    rules.map((all) => [all.length, all[0].NoncurrentVersionExpiration.NoncurrentDays]),
    [
      [1, 30],
      [1, 14],
    ],
  );
  for (const [id, { Properties }] of district.of('AWS::S3::Bucket')) {
    const [rule] = (Properties['LifecycleConfiguration'] as any).Rules;
    assert.equal(rule.AbortIncompleteMultipartUpload.DaysAfterInitiation, 1, id);
    assert.equal(rule.ExpirationInDays === undefined, !id.startsWith('AccessLogs'), id); // nothing that is in use goes by itself
  }
});

test('AWS Backup copies the database and the photos each day, for as long as the service keeps backups', () => {
  const { Resources } = district.one('AWS::Backup::BackupSelection')['BackupSelection'];
  assert.match(JSON.stringify(Resources), /Database.*Photos/);
  const [rule] = district.one('AWS::Backup::BackupPlan')['BackupPlan'].BackupPlanRule;
  assert.deepEqual([rule.Lifecycle.DeleteAfterDays, rule.ScheduleExpression], [30, 'cron(0 2 * * ? *)']);
  const own = Number(/^(\d+):00-/.exec(database['PreferredBackupWindow'])?.[1]);
  assert.ok(2 + rule.StartWindowMinutes / 60 <= own - 1, 'RDS takes none within an hour before its own window');
  const vault = district.one('AWS::Backup::BackupVault');
  assert.deepEqual(vault['LockConfiguration'], { MinRetentionDays: 7, MaxRetentionDays: 30 });
  assert.match(JSON.stringify(vault['EncryptionKeyArn']), /BackupsKey/);
});

test('no secret stands in a template: Secrets Manager makes each, the backup key as 32 bytes in hexadecimal', () => {
  const secrets = school.of('AWS::SecretsManager::Secret');
  assert.equal(secrets.length, 6);
  for (const [id, { Properties }] of secrets) {
    assert.equal(Properties['SecretString'], undefined, id);
    const made = Properties['GenerateSecretString'] as Record<string, unknown>;
    assert.equal(made['ExcludePunctuation'], true, id); // they stand in addresses
    assert.ok(Number(made['PasswordLength']) >= 20, id);
  }
  const key = school.one('AWS::SecretsManager::Secret', 'BackupKey')['GenerateSecretString'];
  const left = [...'0123456789abcdefghijklmnopqrstuvwxyz'].filter((it) => !key.ExcludeCharacters.includes(it));
  assert.deepEqual([left.join(''), key.ExcludeUppercase, key.PasswordLength], ['0123456789abcdef', true, 64]);
});
