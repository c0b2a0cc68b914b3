import { Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { acknowledge } from './acknowledge.ts';
import type { Logs } from './logs.ts';
import type { Secrets } from './secrets.ts';
import { PREFIX, type Stores } from './stores.ts';

type Deps = {
  stores: Stores;
  secrets: Secrets;
  logs: Logs;
  images: IRepository;
  /** Of the database's master; only while the roles are made. */
  masterSecretArn?: string | undefined;
};

const OBJECTS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'];

/**
 * What a machine may do, and nothing else: its photos and its backups below their prefixes, its secrets, its log groups, its
 * image. Of a backup it may not remove the versions, so that whoever takes a machine over cannot wipe them out.
 */
export const makeMachineRole = (stack: Stack, { stores, secrets, logs, images, masterSecretArn }: Deps): Role => {
  const role = new Role(stack, 'MachineRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
  const allow = (actions: string[], resources: string[]): void => {
    role.addToPolicy(new PolicyStatement({ actions, resources }));
  };
  const { photos, backups } = stores;
  allow([...OBJECTS, 's3:DeleteObjectVersion'], [photos.arnForObjects(`${PREFIX}*`)]);
  allow(OBJECTS, [backups.arnForObjects(`${PREFIX}backups/*`)]);
  // Without a condition on the prefix: S3 says 'forbidden' instead of 'missing' where the question has none.
  allow(['s3:ListBucket', 's3:ListBucketVersions'], [photos.bucketArn]);
  allow(['s3:ListBucket'], [backups.bucketArn]);
  allow(['kms:Decrypt', 'kms:GenerateDataKey'], [stores.dataKey.keyArn, stores.backupKey.keyArn]);

  const own = Object.values(secrets).map((secret) => secret.secretArn);
  allow(['secretsmanager:GetSecretValue'], [...own, ...(masterSecretArn === undefined ? [] : [masterSecretArn])]);

  const groups = Object.values(logs).map((group) => group.logGroupArn);
  allow(['logs:CreateLogStream', 'logs:PutLogEvents'], groups);

  allow(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [images.repositoryArn]);
  allow(EVERYWHERE, ['*']);

  acknowledgeWildcards(stack, role, stores);
  return role;
};

/** AWS knows no narrower resource for these: to sign in to the registry, to see the own health, to be reached by Session Manager. */
const EVERYWHERE = [
  'ecr:GetAuthorizationToken',
  'elasticloadbalancing:DescribeTargetHealth',
  'ssm:UpdateInstanceInformation',
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
];

const acknowledgeWildcards = (stack: Stack, role: Role, { photos, backups }: Stores): void => {
  const logical = (bucket: Stores['photos']): string => stack.getLogicalId(bucket.node.defaultChild as never);
  acknowledge(role, {
    'AwsSolutions-IAM5[Resource::*]': 'These calls know no narrower resource (machine-role.ts, EVERYWHERE).',
    [`AwsSolutions-IAM5[Resource::<${logical(photos)}.Arn>/${PREFIX}*]`]: 'All photos of the service, nothing else.',
    [`AwsSolutions-IAM5[Resource::<${logical(backups)}.Arn>/${PREFIX}backups/*]`]:
      'All backups of the service, nothing else.',
  });
};
