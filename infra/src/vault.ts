import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { acknowledge } from './acknowledge.ts';
import type { Database } from './database.ts';
import type { Stores } from './stores.ts';

/** As long as the service's own backups (BACKUP_KEEP_DAYS): what a parent had deleted is nowhere longer than that. */
const KEPT_DAYS = 30;
/** Until then nobody removes a copy, not even who has taken the account over without the right to change the lock. */
const LOCKED_DAYS = 7;

type Deps = { stores: Stores; database: Database };

/**
 * Copies that the service cannot reach: of the database, and of the photos, which its own backups leave out with STORAGE=s3. The
 * bucket of its backups is a copy already, and keeps its versions.
 */
export const makeVault = (stack: Stack, { stores, database }: Deps): BackupVault => {
  const vault = new BackupVault(stack, 'Vault', {
    encryptionKey: stores.backupKey,
    lockConfiguration: { minRetention: Duration.days(LOCKED_DAYS), maxRetention: Duration.days(KEPT_DAYS) },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const plan = new BackupPlan(stack, 'VaultPlan', {
    backupVault: vault,
    backupPlanRules: [
      new BackupPlanRule({
        ruleName: 'daily',
        // UTC. RDS takes none within an hour before its own backup window (infra/src/database.ts), nor during it.
        scheduleExpression: Schedule.cron({ hour: '2', minute: '0' }),
        startWindow: Duration.hours(1),
        completionWindow: Duration.hours(6),
        deleteAfter: Duration.days(KEPT_DAYS),
      }),
    ],
  });
  plan.addSelection('VaultSelection', {
    role: makeRole(stack),
    resources: [
      BackupResource.fromRdsDatabaseInstance(database.instance),
      BackupResource.fromArn(stores.photos.bucketArn),
    ],
    disableDefaultBackupPolicy: true,
  });
  return vault;
};

const POLICIES = [
  'service-role/AWSBackupServiceRolePolicyForBackup',
  'service-role/AWSBackupServiceRolePolicyForRestores',
  'AWSBackupServiceRolePolicyForS3Backup',
  'AWSBackupServiceRolePolicyForS3Restore',
];

const makeRole = (stack: Stack): Role => {
  const role = new Role(stack, 'VaultRole', {
    assumedBy: new ServicePrincipal('backup.amazonaws.com'),
    managedPolicies: POLICIES.map((name) => ManagedPolicy.fromAwsManagedPolicyName(name)),
  });
  const reason =
    'What AWS Backup needs is AWS’s own to say and to keep up to date; nobody but that service takes the role.';
  acknowledge(
    role,
    Object.fromEntries(
      POLICIES.map((name) => [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`, reason]),
    ),
  );
  return role;
};
