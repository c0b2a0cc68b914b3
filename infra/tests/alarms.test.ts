import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { INFRA } from '../src/context.ts';
import { sizes } from '../src/sizes.ts';
import { district } from './synthesised.ts';

const docs = readFileSync(`${INFRA}../docs/aws.md`, 'utf8');
const alarms = district.of('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => {
  const name = /^OnboardingRiverside-(\w+)$/.exec(String(Properties['AlarmName']))?.[1];
  return name === undefined ? [] : [[name, Properties as Record<string, any>] as const];
});
const alarm = (name: string): Record<string, any> => alarms.find(([it]) => it === name)?.[1] ?? assert.fail(name);

test('each alarm has its heading in docs/aws.md, and each heading its alarm', () => {
  const chapter = docs.split('\n## What to do when\n')[1]?.split('\n## ')[0] ?? '';
  const headings = [...chapter.matchAll(/^### (\w+)$/gm)].map(([, name]) => name ?? '').sort();
  assert.deepEqual(headings, alarms.map(([name]) => name).sort());
  for (const part of chapter.split(/^### /m).slice(1))
    assert.ok(part.length > 150, `too little about ${part.slice(0, 20)}`);
});

test('each alarm tells somebody when it begins and when it is over, and says where to read on', () => {
  for (const [name, it] of alarms) {
    assert.match(JSON.stringify(it['AlarmActions']), /Alarms/, name);
    assert.match(JSON.stringify(it['OKActions']), /Alarms/, name);
    assert.ok(it['AlarmDescription'].endsWith(`docs/aws.md, ${name}.`), name);
  }
  const topic = district.one('AWS::SNS::TopicPolicy')['PolicyDocument'].Statement;
  assert.match(JSON.stringify(topic), /"Action":"sns:Publish".*"Service":"cloudwatch.amazonaws.com"/);
  assert.match(JSON.stringify(topic), /"aws:SecureTransport":"false"/);
  district.template.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'ops@riverside.example',
  });
});

test('where a figure must come, silence is an alarm: of the backup, the machines and the certificate', () => {
  const loud = alarms.filter(([, it]) => it['TreatMissingData'] === 'breaching').map(([name]) => name);
  assert.deepEqual(loud.sort(), ['BackupOld', 'CertificateEnds', 'NoMachine']);
  for (const [name, it] of alarms.filter(([other]) => !loud.includes(other)))
    assert.equal(it['TreatMissingData'], 'notBreaching', name);
});

test('alarms watch the figures that the service writes', () => {
  const own = alarms.filter(([, it]) => it['Namespace'] === 'ParentOnboarding');
  assert.deepEqual(
    Object.fromEntries(
      own.map(([name, it]) => [name, `${it['MetricName']} ${it['ExtendedStatistic'] ?? it['Statistic']}`]),
    ),
    {
      ServerErrors: 'RequestErrors Sum',
      NewError: 'NewErrorFingerprints Sum',
      SlowPages: 'RequestLatency p99',
      QueueLate: 'QueueWaitSeconds Maximum',
      JobsFailed: 'QueueFailed Maximum',
      BackupOld: 'BackupAgeSeconds Maximum',
      BackupStuck: 'BackupNeedsPerson Maximum',
      MirrorLate: 'MirrorOldestSeconds Maximum',
      PhotosMissing: 'FilesMissing Maximum',
      LogLost: 'DroppedLogEvents Sum',
      DiskFull: 'DiskFreePercent Minimum',
      PoolExhausted: 'PoolWaiting Maximum',
    },
  );
  for (const [name, it] of own)
    assert.deepEqual(it['Dimensions'], [{ Name: 'Service', Value: 'parent-onboarding' }], name);
});

test('a backup is late after 26 hours, a certificate 30 days before its end', () => {
  const backup = alarm('BackupOld');
  assert.deepEqual([backup['Threshold'], backup['ComparisonOperator']], [26 * 3600, 'GreaterThanThreshold']);
  const certificate = alarm('CertificateEnds');
  assert.deepEqual([certificate['Threshold'], certificate['ComparisonOperator']], [30, 'LessThanThreshold']);
  assert.equal(certificate['Dimensions'][0].Name, 'CertificateArn');
});

test('a page is slow after 2 s; of copies that wait a day, photos that are missing and backups that are stuck somebody hears', () => {
  const limits = ['SlowPages', 'BackupStuck', 'MirrorLate', 'PhotosMissing'].map((name) => alarm(name)['Threshold']);
  assert.deepEqual(limits, [2000, 0, 86_400, 0]); // above it
});

test('logs are kept for a month, and every group is the stack’s own', () => {
  const groups = district.of('AWS::Logs::LogGroup');
  assert.equal(groups.length, 5);
  for (const [id, { Properties }] of groups) assert.equal(Properties['RetentionInDays'], 30, id);
});

test('the dashboard begins with the alarms', () => {
  const body = JSON.stringify(district.one('AWS::CloudWatch::Dashboard')['DashboardBody']);
  assert.ok(body.indexOf('Alarms') > 0 && body.indexOf('Alarms') < body.indexOf('Requests'));
});

test('the table of costs adds up, and names the machines that are really started', () => {
  const rows = [...docs.matchAll(/^\| ([^|]+?) +\| ([^|]*?) +\| +([\d.]+) +\| ([^|]*?) +\| +([\d.]+) +\|$/gm)];
  const lines = rows.filter(([, what]) => what !== '**sum**');
  const sumOf = (column: 3 | 5): string => lines.reduce((sum, row) => sum + Number(row[column]), 0).toFixed(2);
  const said = rows.find(([, what]) => what === '**sum**') ?? assert.fail('no sum');
  assert.ok(rows.length > 10);
  assert.deepEqual([sumOf(3), sumOf(5)], [said[3], said[5]]);
  for (const [index, size] of [
    [2, sizes.school],
    [4, sizes.district],
  ] as const) {
    assert.match(
      rows.find(([, what]) => what === 'machines')?.[index] ?? '',
      new RegExp(`^${size.machines.least} ${size.machines.type}`),
    );
    assert.match(rows.find(([, what]) => what === 'database')?.[index] ?? '', new RegExp(`db\\.${size.database.type}`));
  }
});
