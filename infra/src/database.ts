import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CaCertificate,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceFromSnapshot,
  ParameterGroup,
  PostgresEngineVersion,
  StorageType,
  type CfnDBInstance,
  type DatabaseInstanceProps,
} from 'aws-cdk-lib/aws-rds';
import { acknowledge } from './acknowledge.ts';
import { DATABASE_PORT, type Network } from './network.ts';
import type { Size } from './sizes.ts';

export const DATABASE = 'onboarding';
/** Only ever used to make the two roles of the service. */
const MASTER = 'onboarding_master';

/** No name and no link in PostgreSQL's own log: no values of statements, and no DETAIL, which quotes rows. */
const parameters = {
  'rds.force_ssl': '1',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_error_statement: 'panic',
  log_statement: 'none',
};

type Deps = { network: Network; dataKey: Key; size: Size };

/**
 * PostgreSQL 17 in two zones. RDS itself makes, keeps and renews the master's password. `snapshot` is the ARN of what it begins as;
 * without one it begins empty.
 */
export const makeDatabase = (stack: Stack, { network, dataKey, size }: Deps, snapshot?: string) => {
  const instanceIdentifier = stack.stackName.toLowerCase();
  const log = new LogGroup(stack, 'DatabaseLogs', {
    logGroupName: `/aws/rds/instance/${instanceIdentifier}/postgresql`, // RDS writes there, and would keep it for ever
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const engine = DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17 });
  const props: Props = {
    engine,
    instanceIdentifier,
    instanceType: size.database.type,
    vpc: network.vpc,
    vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
    securityGroups: [network.database],
    port: DATABASE_PORT,
    publiclyAccessible: false,
    multiAz: true,
    allocatedStorage: size.database.storageGiB,
    maxAllocatedStorage: size.database.mostStorageGiB,
    storageType: StorageType.GP3,
    storageEncrypted: true,
    storageEncryptionKey: dataKey,
    caCertificate: CaCertificate.RDS_CA_RSA2048_G1,
    parameterGroup: new ParameterGroup(stack, 'DatabaseParameters', { engine, parameters }),
    backupRetention: Duration.days(size.database.backupDays),
    preferredBackupWindow: '06:00-07:00', // UTC
    preferredMaintenanceWindow: 'Sun:07:30-Sun:08:30',
    autoMinorVersionUpgrade: true, // security patches; with two zones an outage of a minute
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: false,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    cloudwatchLogsExports: ['postgresql'],
  };
  const instance = snapshot === undefined ? fresh(stack, props) : fromSnapshot(stack, props, snapshot);
  instance.node.addDependency(log);
  acknowledge(instance, {
    'AwsSolutions-RDS11': 'The security group lets the machines in alone; another port would hide nothing.',
  });
  const raw = instance.node.defaultChild as CfnDBInstance;
  return { instance, masterSecretArn: raw.attrMasterUserSecretSecretArn };
};

type Props = Omit<DatabaseInstanceProps, 'credentials'>;

const fresh = (stack: Stack, props: Props): DatabaseInstance =>
  new DatabaseInstance(stack, 'Database', {
    ...props,
    databaseName: DATABASE,
    credentials: Credentials.fromUsername(MASTER),
    manageMasterUserPassword: true,
  });

const fromSnapshot = (stack: Stack, props: Props, snapshot: string): DatabaseInstanceFromSnapshot => {
  const instance = new DatabaseInstanceFromSnapshot(stack, 'Database', { ...props, snapshotIdentifier: snapshot });
  (instance.node.defaultChild as CfnDBInstance).manageMasterUserPassword = true;
  return instance;
};

export type Database = ReturnType<typeof makeDatabase>;
