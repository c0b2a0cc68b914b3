import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type BucketProps,
  type IBucket,
} from 'aws-cdk-lib/aws-s3';

/** What every key begins with in both buckets: the service's own default. */
export const PREFIX = 'onboarding/';

/** Days that a photo which was deleted or replaced without its version stays (docs/operations.md, 'Photos in S3'). */
const OLD_PHOTOS_DAYS = 30;
/** Backups go after 30 days by the service's own rule; for so many days more they can be brought back. */
const OLD_BACKUPS_DAYS = 14;

/**
 * The keys and buckets. Everything outlives the stack: deleting it deletes no photo and no backup. The backups have a key of their
 * own, so that they do not hang on the one of what they are a copy of.
 */
export const makeStores = (stack: Stack) => {
  const key = (id: string, description: string): Key =>
    new Key(stack, id, { description, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
  const dataKey = key('DataKey', 'The database and the photos');
  const backupKey = key('BackupsKey', 'Backups of the database and the photos');

  const accessLogs = new Bucket(stack, 'AccessLogs', {
    ...common,
    encryption: BucketEncryption.S3_MANAGED, // S3 delivers its logs to no other
    lifecycleRules: [{ expiration: Duration.days(90), abortIncompleteMultipartUploadAfter: Duration.days(1) }],
  });
  const store = (id: string, encryptionKey: Key, keptDays: number): Bucket =>
    new Bucket(stack, id, {
      ...common,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true, // one question to KMS for many objects
      versioned: true,
      serverAccessLogsBucket: accessLogs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      lifecycleRules: [
        {
          noncurrentVersionExpiration: Duration.days(keptDays),
          expiredObjectDeleteMarker: true,
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
  return {
    dataKey,
    backupKey,
    accessLogs,
    photos: store('Photos', dataKey, OLD_PHOTOS_DAYS),
    backups: store('Backups', backupKey, OLD_BACKUPS_DAYS),
  };
};

const common: BucketProps = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
};

export type Stores = { dataKey: Key; backupKey: Key; accessLogs: IBucket; photos: Bucket; backups: Bucket };
