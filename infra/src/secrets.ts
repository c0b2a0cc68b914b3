import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge } from './acknowledge.ts';

/** Letters and digits alone, so that it can stand in an address. */
const WORD = { excludePunctuation: true, passwordLength: 40 };
/** Lower case and digits without g-z: hexadecimal; 64 of them are 32 bytes. */
const KEY = { ...WORD, excludeUppercase: true, excludeCharacters: 'ghijklmnopqrstuvwxyz', passwordLength: 64 };

/**
 * What the service must know and nobody else. Secrets Manager makes the values; no template holds one. They outlive the stack:
 * without BACKUP_KEY no backup can be read.
 */
export const makeSecrets = (stack: Stack) => {
  const secret = (id: string, description: string, generateSecretString: object): ISecret => {
    const made = new Secret(stack, id, { description, generateSecretString, removalPolicy: RemovalPolicy.RETAIN });
    acknowledge(made, {
      'AwsSolutions-SMG4':
        'Renewed by hand (docs/aws.md, Secrets): a new session secret or backup key has to stand beside the old one for a while, which no rotation function knows.',
    });
    return made;
  };
  return {
    ownerPassword: secret('OwnerPassword', 'PostgreSQL: the role that owns the tables', WORD),
    appPassword: secret('AppPassword', 'PostgreSQL: the role of the service', WORD),
    sessionSecret: secret('SessionSecret', 'SESSION_SECRET', WORD),
    backupKey: secret('BackupKey', 'BACKUP_KEY: keep a copy outside AWS', KEY),
    metricsToken: secret('MetricsToken', 'METRICS_TOKEN', WORD),
    adminPassword: secret('AdminPassword', 'ADMIN_PASSWORD: of the first admin, until it is changed', {
      ...WORD,
      passwordLength: 20,
    }),
  };
};

export type Secrets = ReturnType<typeof makeSecrets>;
