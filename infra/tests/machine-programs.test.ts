import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { INFRA } from '../src/context.ts';
import { UNITS } from '../src/machine-files.ts';
import { figures } from '../src/metrics.ts';
import { district } from './synthesised.ts';

const work = mkdtempSync(join(tmpdir(), 'machine-'));
after(() => rmSync(work, { recursive: true, force: true }));

const [, group] = district.of('AWS::AutoScaling::AutoScalingGroup')[0] ?? assert.fail();
const init = (group['Metadata'] as Record<string, any>)['AWS::CloudFormation::Init'].config;
/** The text of a file of the machine; what CloudFormation fills in later is shown as `<it>`. */
const fileOf = (path: string): string => {
  const { content } = init.files[path] ?? assert.fail(`no ${path}`);
  if (typeof content === 'string') return content;
  return content['Fn::Join'][1].map((it: unknown) => (typeof it === 'string' ? it : '<it>')).join('');
};

test('each program of a machine is sound bash, stops at the first fault, and is there', () => {
  for (const name of readdirSync(`${INFRA}machine`).filter((it) => it.endsWith('.sh'))) {
    execFileSync('bash', ['-n', `${INFRA}machine/${name}`]);
    const text = readFileSync(`${INFRA}machine/${name}`, 'utf8');
    assert.match(text, /^#!\/bin\/bash\n(?:#.*\n)+set -euo pipefail\n/, name);
    assert.ok(
      Object.values<any>(init.files).some((it) => it.content === text && it.mode === '000755'),
      name,
    );
  }
});

test('units start what is there, after what they need, and are all switched on', () => {
  for (const name of UNITS) {
    const text = fileOf(`/etc/systemd/system/${name}`);
    const [, program] = /^ExecStart=(\S+)/m.exec(text) ?? [];
    assert.ok(init.files[program ?? ''], `${name}: ${program}`);
    assert.match(text, /^WantedBy=multi-user\.target$/m);
    for (const [, needed] of text.matchAll(/(onboarding-\w+\.service)/g))
      assert.ok(UNITS.includes(needed ?? ''), needed);
  }
  assert.ok(init.commands['3-units'].command.endsWith(UNITS.join(' ')));
});

test('a process has longer to end than the service takes (30 s), and nginx longer than an upload it holds', () => {
  for (const name of UNITS.filter((it) => /web|worker|nginx/.test(it))) {
    const text = fileOf(`/etc/systemd/system/${name}`);
    const grace = Number(/docker stop -t (\d+)/.exec(text)?.[1]);
    assert.ok(grace >= 45 && Number(/TimeoutStopSec=(\d+)/.exec(text)?.[1]) > grace, name);
  }
});

test('the service listens to its own machine, keeps photos and backups in S3, and checks the database’s certificate', () => {
  const env = fileOf('/etc/onboarding/service.env');
  for (const line of ['HOST=127.0.0.1', 'STORAGE=s3', 'JOBS=worker', 'DATABASE_SSL_CA=/run/database-ca.pem'])
    assert.ok(env.includes(`${line}\n`), line);
  assert.match(env, /^S3_BUCKET=<it>\n(?:.*\n)*BACKUP_S3_BUCKET=<it>\n/m);
  assert.doesNotMatch(env, /PASSWORD=|SECRET=|KEY=|TOKEN=|DATABASE_URL=/);
  assert.match(fileOf('/usr/local/lib/onboarding/make-database-roles'), /PGSSLMODE=verify-full/);
});

test('the service knows each variable that it is given', () => {
  const config = readFileSync(`${INFRA}../src/shared/config.ts`, 'utf8');
  const names = [...fileOf('/etc/onboarding/service.env').matchAll(/^([A-Z\d_]+)=/gm)].map(([, name]) => name ?? '');
  const known = (name: string): boolean =>
    /^(AWS|CLOUDWATCH)_/.test(name) || config.includes(`${name.replace(/_FILE$/, '')}:`);
  assert.deepEqual(
    names.filter((name) => !known(name)),
    [],
  );
});

test('logs of nginx on a machine are cut each day: the timer that does it is switched on', () => {
  assert.match(fileOf('/usr/local/lib/onboarding/prepare-machine'), /systemctl enable .*--now .*\blogrotate\.timer\b/);
});

test('nginx includes each file that the machine writes for it', () => {
  const conf = readFileSync(`${INFRA}../nginx.conf`, 'utf8');
  for (const name of ['http.conf', 'server.conf', 'listen*.conf'])
    assert.ok(conf.includes(`include /etc/nginx/site/${name};`), name);
});

test('the service tells every figure that an alarm or the dashboard looks at', () => {
  const told = readFileSync(`${INFRA}../src/platform/figures.ts`, 'utf8');
  for (const name of Object.keys(figures)) assert.match(told, new RegExp(`\\b${name}: `), name);
});

/** `aws`, which says a secret by the last word of its ARN. */
const fakeAws = `#!/bin/bash
case "$*" in
  *--secret-id\\ empty*) ;;
  *) for last; do [ "$before" = --secret-id ] && printf 'value-of-%s\\n' "$last"; before=$last; done ;;
esac
`;

const fetchSecrets = (changes: Record<string, string> = {}, folder = mkdtempSync(join(work, 'secrets-'))) => {
  writeFileSync(join(folder, 'aws'), fakeAws, { mode: 0o755 });
  const names = ['APP_PASSWORD', 'OWNER_PASSWORD', 'SESSION_SECRET', 'BACKUP_KEY', 'METRICS_TOKEN', 'ADMIN_PASSWORD'];
  const arns = Object.fromEntries(names.map((name) => [`${name}_ARN`, name.toLowerCase()]));
  const where = { AWS_REGION: 'here', DATABASE_HOST: 'db.example', DATABASE_PORT: '5432', DATABASE: 'onboarding' };
  const env = Object.entries({ ...arns, ...where, ...changes }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, 'machine.env'), env.join(''));
  const into = join(folder, 'run');
  const { status, stdout, stderr } = spawnSync('bash', [`${INFRA}machine/fetch-secrets.sh`], {
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      MACHINE_ENV: join(folder, 'machine.env'),
      SECRETS_DIR: into,
      SECRETS_USER: String(process.getuid?.() ?? 0),
    },
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr, into };
};

test('secrets become files for the service alone: the web process gets none of the owner’s; nothing is said', () => {
  const { status, said, into } = fetchSecrets();
  assert.deepEqual([status, said], [0, '']);
  const read = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(into, folder)).map((name) => [name, readFileSync(join(into, folder, name), 'utf8').trim()]),
    );
  assert.deepEqual(read('owner'), {
    'migration-database-url': 'postgres://onboarding_owner:value-of-owner_password@db.example:5432/onboarding',
  });
  assert.deepEqual(read('web'), {
    'admin-password': 'value-of-admin_password',
    'backup-key': 'value-of-backup_key',
    'database-url': 'postgres://onboarding_app:value-of-app_password@db.example:5432/onboarding',
    'metrics-token': 'value-of-metrics_token',
    'session-secret': 'value-of-session_secret',
  });
  for (const name of ['web', 'owner']) {
    assert.equal(statSync(join(into, name)).mode & 0o777, 0o500);
    for (const file of readdirSync(join(into, name)))
      assert.equal(statSync(join(into, name, file)).mode & 0o777, 0o400);
  }
});

test('a secret that is empty ends the start and names it', () => {
  const { status, said } = fetchSecrets({ BACKUP_KEY_ARN: 'empty' });
  assert.equal(status, 1);
  assert.match(said, /the secret backup-key is empty/);
});

test('a secret that was renewed takes the place of the old one', () => {
  const folder = mkdtempSync(join(work, 'again-'));
  fetchSecrets({}, folder);
  const { status, into } = fetchSecrets({ SESSION_SECRET_ARN: 'renewed' }, folder);
  assert.equal(status, 0);
  assert.equal(readFileSync(join(into, 'web', 'session-secret'), 'utf8').trim(), 'value-of-renewed');
});
