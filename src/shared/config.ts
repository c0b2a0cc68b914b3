import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isTimeZone } from './time-zone.ts';
import { isTrustList } from './trust-list.ts';

/** Values that must not stand in a process list or a compose file: each may come from the file named by `NAME_FILE`. */
const SECRETS = [
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'SESSION_SECRET',
  'ADMIN_PASSWORD',
  'BACKUP_KEY',
  'METRICS_TOKEN',
] as const;

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
const text = z.string().trim().min(1);
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' });
/** As S3 wants it: 3 to 63 characters, no upper case. */
const bucketName = z.string().regex(/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, 'must be the name of a bucket');
const yesOrNo = z.enum(['yes', 'no']).transform((word) => word === 'yes');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' });

/** Links are put together from it: whatever stands behind the host would make dead ones. */
const isOrigin = (url: string): boolean => URL.canParse(url) && /^https?:\/\/[^/?#@]+\/*$/i.test(url);

/** Addresses are told to browsers and logs. */
const isWithoutUser = (url: string): boolean =>
  !URL.canParse(url) || new URL(url).username + new URL(url).password === '';

const holdsCertificates = (path: string): boolean => {
  try {
    return /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/.test(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
};

/** What CloudWatch's PutRetentionPolicy takes. */
const RETENTION_DAYS = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

/** For rules between variables: they are looked at too when a variable by itself is wrong. */
const always = { when: () => true };

const schema = z
  .object({
    PORT: whole(0, 65_535).default(3000),
    HOST: text.default('127.0.0.1'),
    BASE_URL: httpUrl
      .refine(isOrigin, 'must end after the host (or its port): the service cannot live below a path')
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    /** Express's `trust proxy`: addresses or names like `loopback`; unset: nobody is believed. */
    TRUST_PROXY: text
      .refine(
        isTrustList,
        'must be the addresses of your proxies, like 10.0.0.5 or 10.0.0.0/8, or loopback, linklocal, uniquelocal, separated by commas; not a number of proxies, not true',
      )
      .optional(),
    NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
    LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
    DATABASE_URL: postgresUrl.optional(),
    MIGRATION_DATABASE_URL: postgresUrl.optional(),
    /** Path of a PEM file with the certificates that sign the database's. */
    DATABASE_SSL_CA: text.refine(holdsCertificates, 'must be a PEM file with certificates that can be read').optional(),
    DATABASE_POOL_MAX: whole(2, 200).default(10),
    DATA_DIR: text.default('./data'),
    UPLOADS_DIR: text.default('./uploads'),
    /** The first of a comma-separated list signs, all are accepted. */
    SESSION_SECRET: z
      .string()
      .transform((list) => list.split(',').map((secret) => secret.trim()))
      .refine((list) => list.every((secret) => secret.length >= 16), 'each secret needs at least 16 characters')
      .optional(),
    ADMIN_EMAIL: z.email().optional(),
    ADMIN_PASSWORD: z.string().min(12, 'needs at least 12 characters').max(1000).optional(),
    SCHOOL_NAME: text.max(200).default('Our school'),
    SCHOOL_PHONE: text.max(40).optional(),
    SCHOOL_TIME_ZONE: text
      .refine(isTimeZone, 'must be a name like Europe/London')
      .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
    LINK_TTL_DAYS: whole(1, 3650).default(30),
    /** What photos are looked at for; `basic` is without the models that find faces. */
    CHECKS: z.enum(['face', 'basic', 'off']).default('face'),
    /** Days that the files of rejected and superseded photos are kept. */
    OLD_PHOTOS_DAYS: whole(1, 3650).default(30),
    /** Where photos are kept: `mirror` is on disk, with a copy of each in S3. */
    STORAGE: z.enum(['local', 's3', 'mirror']).default('local'),
    S3_BUCKET: bucketName.optional(),
    /** What every key begins with, for a bucket that others use too. */
    S3_PREFIX: z
      .string()
      .regex(/^(?:[\w-][\w.-]*\/)+$/, 'must be a name like photos/, with a slash at its end')
      .default('onboarding/'),
    /** Of an S3 that is not AWS's. */
    S3_ENDPOINT: httpUrl
      .refine(
        isWithoutUser,
        'must hold no name and no password: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are for these',
      )
      .optional(),
    S3_REGION: text.optional(),
    /** Objects are encrypted with this key of AWS KMS. */
    S3_KMS_KEY_ID: text.optional(),
    /** Whether browsers fetch pictures from S3 by addresses that work for a minute, after the permission check. */
    S3_SIGNED_URLS: yesOrNo.default(false),
    BACKUP_S3_BUCKET: bucketName.optional(),
    /** 32 bytes in base64 or hexadecimal. Without it one is made up, which must be kept somewhere else, too. */
    BACKUP_KEY: z
      .string()
      .transform((key) => Buffer.from(key, /^[\da-f]{64}$/i.test(key) ? 'hex' : 'base64'))
      .refine((key) => key.length === 32, 'must be 32 bytes in base64 or hexadecimal (openssl rand -base64 32)')
      .optional(),
    /** When the backup runs each night, by the school's clock. */
    BACKUP_AT: z
      .string()
      .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time like 02:30')
      .default('02:00'),
    /** Backups are kept so many days, and never fewer than so many of them. */
    BACKUP_KEEP_DAYS: whole(1, 3650).default(30),
    BACKUP_KEEP_COUNT: whole(1, 1000).default(7),
    /** What a scraper of `/metrics` must show; without it there are none. */
    METRICS_TOKEN: z.string().min(16, 'needs at least 16 characters').optional(),
    /** A group of CloudWatch Logs that gets the log, too. */
    CLOUDWATCH_LOG_GROUP: z
      .string()
      .regex(/^[\w./#-]{1,512}$/, 'must be the name of a log group')
      .optional(),
    CLOUDWATCH_RETENTION_DAYS: z.coerce
      .number()
      .refine((days) => RETENTION_DAYS.includes(days), `must be one of ${RETENTION_DAYS.join(', ')}`)
      .default(30),
    MAX_UPLOAD_MB: whole(1, 200).default(25),
    /** Whether the proxy before us sends the photos on disk, after our permission check: only behind nginx.conf's nginx. */
    ACCEL_REDIRECT: yesOrNo.default(false),
    /** Who runs jobs: each web process, only `src/worker.ts`, or nobody. */
    JOBS: z.enum(['inline', 'worker', 'off']).default('inline'),
    /** Multiplies every limit on how often something may be done; 0 switches them off for load tests. */
    RATE_LIMIT_SCALE: z.coerce.number().min(0).max(1000).default(1),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.RATE_LIMIT_SCALE > 0, {
    ...always,
    path: ['RATE_LIMIT_SCALE'],
    error: 'must not be 0 in production',
  })
  .refine((env) => env.STORAGE === 'local' || env.S3_BUCKET, {
    ...always,
    path: ['S3_BUCKET'],
    error: 'is required with STORAGE=s3 and STORAGE=mirror',
  })
  .refine((env) => !env.DATABASE_URL || env.SESSION_SECRET, {
    ...always,
    path: ['SESSION_SECRET'],
    error: 'is required with DATABASE_URL (all instances must share it)',
  })
  .refine((env) => !env.MIGRATION_DATABASE_URL || env.DATABASE_URL, {
    ...always,
    path: ['MIGRATION_DATABASE_URL'],
    error: 'makes sense with DATABASE_URL only',
  });

export type Config = Omit<z.infer<typeof schema>, 'BASE_URL'> & { BASE_URL: string };

/** Thrown by `loadConfig`; the message has a line a fault and no value of a secret. */
export class ConfigError extends Error {}

/** Reads the environment once; throws one ConfigError that lists every fault. Empty values and files count as unset. */
export const loadConfig = (env: NodeJS.ProcessEnv = process.env): Config => {
  const given: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) if (value !== '') given[name] = value;
  const faults = takeSecrets(given);
  const read = schema.safeParse(given);
  if (!read.success) faults.push(...read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (!read.success || faults.length > 0) throw new ConfigError(faults.join('\n'));
  return { ...read.data, BASE_URL: read.data.BASE_URL ?? `http://localhost:${read.data.PORT}` };
};

/** Puts what the files named by `NAME_FILE` hold in the places of their names; gives the faults. */
const takeSecrets = (given: NodeJS.ProcessEnv): string[] => {
  const faults: string[] = [];
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined) faults.push(`${name}: is given twice, as a value and as ${name}_FILE`);
    const value = readValue(file);
    if (value === undefined) faults.push(`${name}_FILE: the file cannot be read`);
    if (value) given[name] = value;
  }
  return faults;
};

/** What a file holds, without the line's end; an empty one counts as unset. Undefined when it cannot be read. */
const readValue = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
};

/** What may be seen by whoever may see everything else: all settings but the secrets, of which the names of those that are set. */
export const settingsOf = (config: Config): { settings: Partial<Config>; secrets: string[] } => {
  const isSecret = (name: string): boolean => (SECRETS as readonly string[]).includes(name);
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    settings: Object.fromEntries(given.filter(([name]) => !isSecret(name))),
    secrets: given.flatMap(([name]) => (isSecret(name) ? [name] : [])),
  };
};
