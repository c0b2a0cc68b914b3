import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Stack } from 'aws-cdk-lib';
import { InitFile } from 'aws-cdk-lib/aws-ec2';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { DATABASE, type Database } from './database.ts';
import type { Deployment } from './deployment.ts';
import { LOG_DAYS, type Logs } from './logs.ts';
import { DATABASE_PORT, EDGE_PORT, HEALTH_PORT, IDLE_SECONDS, RANGE } from './network.ts';
import type { Secrets } from './secrets.ts';
import type { Stores } from './stores.ts';

export type MachineFilesDeps = {
  deployment: Deployment;
  stores: Stores;
  secrets: Secrets;
  logs: Logs;
  images: IRepository;
  database: Database;
  targetGroupArn: string;
};

/** The services of a machine, in the order in which they are started. */
export const UNITS = ['secrets', 'migrate', 'web', 'worker', 'nginx'].map((name) => `onboarding-${name}.service`);

const PROGRAMS = [
  'fetch-secrets',
  'make-database-roles',
  'prepare-machine',
  'run-container',
  'run-nginx',
  'wait-until-in-service',
];
export const LIBRARY = '/usr/local/lib/onboarding';

/** All files of a machine. They stand in the template, so that a change of any of them brings new machines. */
export const makeMachineFiles = (stack: Stack, deps: MachineFilesDeps): InitFile[] => {
  const text = (path: string, content: string, mode = '000644'): InitFile =>
    InitFile.fromString(path, content, { mode });
  const copy = (path: string, name: string, mode?: string): InitFile => text(path, read(name), mode);
  return [
    text('/etc/onboarding/machine.env', lines(machineEnv(stack, deps))),
    text('/etc/onboarding/service.env', lines(serviceEnv(stack, deps))),
    text('/etc/onboarding/site/http.conf', httpConf(deps.deployment)),
    text('/etc/onboarding/site/server.conf', `server_name ${deps.deployment.domain};\n`),
    text('/etc/onboarding/site/listen.conf', listenConf),
    text('/etc/onboarding/cloudwatch-agent.json', agentConfig(deps.logs)),
    copy('/etc/logrotate.d/onboarding', 'logrotate.conf'),
    copy(`${LIBRARY}/make-database-roles.sql`, 'make-database-roles.sql'),
    copy('/usr/local/bin/onboarding', 'onboarding.sh', '000755'),
    ...PROGRAMS.map((name) => copy(`${LIBRARY}/${name}`, `${name}.sh`, '000755')),
    ...UNITS.map((name) => copy(`/etc/systemd/system/${name}`, name)),
  ];
};

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../machine/${name}`, import.meta.url)), 'utf8');

/** Values without quotes, as `docker --env-file` wants them; those of machine.env are words, for bash's `source`. */
const lines = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** What the programs of `machine/` know. No secret, only where each is. */
const machineEnv = (stack: Stack, { deployment, secrets, images, database, targetGroupArn }: MachineFilesDeps) => ({
  AWS_REGION: stack.region,
  DOMAIN: deployment.domain,
  IMAGES: images.repositoryUri,
  SERVICE_IMAGE: `${images.repositoryUri}:service-${deployment.version}`,
  NGINX_IMAGE: `${images.repositoryUri}:nginx-${deployment.version}`,
  HEALTH_PORT: String(HEALTH_PORT),
  TARGET_GROUP_ARN: targetGroupArn,
  DATABASE_HOST: database.instance.dbInstanceEndpointAddress,
  DATABASE_PORT: String(DATABASE_PORT),
  DATABASE,
  DATABASE_ROLES: deployment.databaseRoles,
  MASTER_ARN: deployment.databaseRoles === 'make' ? database.masterSecretArn : '',
  OWNER_PASSWORD_ARN: secrets.ownerPassword.secretArn,
  APP_PASSWORD_ARN: secrets.appPassword.secretArn,
  SESSION_SECRET_ARN: secrets.sessionSecret.secretArn,
  BACKUP_KEY_ARN: secrets.backupKey.secretArn,
  METRICS_TOKEN_ARN: secrets.metricsToken.secretArn,
  ADMIN_PASSWORD_ARN: secrets.adminPassword.secretArn,
});

/** The service's own configuration; docs/operations.md, Configuration, says what each means. */
const serviceEnv = (stack: Stack, { deployment, stores, logs }: MachineFilesDeps) => ({
  HOST: '127.0.0.1',
  PORT: '3000',
  BASE_URL: `https://${deployment.domain}`,
  TRUST_PROXY: 'loopback',
  JOBS: 'worker',
  DATABASE_URL_FILE: '/run/web-secrets/database-url',
  DATABASE_SSL_CA: '/run/database-ca.pem',
  SESSION_SECRET_FILE: '/run/web-secrets/session-secret',
  BACKUP_KEY_FILE: '/run/web-secrets/backup-key',
  METRICS_TOKEN_FILE: '/run/web-secrets/metrics-token',
  ADMIN_EMAIL: deployment.adminEmail,
  ADMIN_PASSWORD_FILE: '/run/web-secrets/admin-password',
  SCHOOL_NAME: deployment.schoolName,
  SCHOOL_TIME_ZONE: deployment.schoolTimeZone,
  STORAGE: 's3',
  S3_BUCKET: stores.photos.bucketName,
  BACKUP_S3_BUCKET: stores.backups.bucketName,
  AWS_REGION: stack.region,
  CLOUDWATCH_LOG_GROUP: logs.service.logGroupName,
  CLOUDWATCH_RETENTION_DAYS: String(LOG_DAYS),
});

/**
 * What nginx.conf leaves open: who we are, and where the service is (its keep-alive is 75 s). Addresses are the balancer's word. The
 * balancer asks for the health on a port of its own, since it asks by address and nginx knows our name alone.
 */
const httpConf = ({ domain }: Deployment): string => `map "" $app {
  default onboarding;
}
map "" $public {
  default https://${domain};
}
upstream onboarding {
  server 127.0.0.1:3000 max_fails=0;
  keepalive 32;
  keepalive_timeout 60s;
}
set_real_ip_from ${RANGE};
real_ip_header X-Forwarded-For;
real_ip_recursive on;
client_body_temp_path /var/cache/nginx/onboarding/body;
proxy_temp_path /var/cache/nginx/onboarding/proxy;
fastcgi_temp_path /var/cache/nginx/onboarding/fastcgi;
uwsgi_temp_path /var/cache/nginx/onboarding/uwsgi;
scgi_temp_path /var/cache/nginx/onboarding/scgi;
server {
  listen ${HEALTH_PORT};
  access_log off;
  location = /healthz {
    proxy_pass http://onboarding;
  }
  location = /readyz {
    proxy_pass http://onboarding;
  }
  location / {
    return 404;
  }
}
`;

/** Where the balancer comes in. It closes idle connections itself, before nginx does: else nginx may close one that is being used. */
const listenConf = `listen ${EDGE_PORT} ssl default_server;
keepalive_timeout ${IDLE_SECONDS + 15}s;
`;

/** nginx's access log (links are not in it), and what the machine said while it started. */
const agentConfig = (logs: Logs): string => {
  const file = (file_path: string, group: Logs[keyof Logs]) => ({
    file_path,
    log_group_name: group.logGroupName,
    log_stream_name: `{instance_id}${file_path}`,
  });
  const collect_list = [
    file('/var/log/onboarding/nginx/access.log', logs.edge),
    file('/var/log/onboarding/nginx/error.log', logs.edge),
    file('/var/log/cloud-init-output.log', logs.machine),
    file('/var/log/cfn-init.log', logs.machine),
    file('/var/log/cfn-init-cmd.log', logs.machine),
  ];
  return JSON.stringify({ logs: { logs_collected: { files: { collect_list } } } });
};
