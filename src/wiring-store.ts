import type { Clock } from './platform/clock.ts';
import type { Logger } from './platform/logger.ts';
import type { ObjectStore } from './platform/object-store.ts';
import { makeAlarmedStore } from './platform/object-store-alarm.ts';
import type { Config } from './shared/config.ts';

/** Gives the address of an object that works for a minute, and the origin of all of them. */
type SignedAddresses = { addressOf: (key: string) => Promise<string>; origin: string };
export type PhotoStore = { store: ObjectStore; addresses: SignedAddresses | undefined };

type Deps = { config: Config; clock: Clock; logger: Logger };

/** The bucket of the photos; undefined where none is configured. Only then is the SDK, which takes memory, loaded at all. */
export const openPhotoStore = async ({ config, clock, logger }: Deps): Promise<PhotoStore | undefined> => {
  if (config.S3_BUCKET === undefined) return undefined;
  const settings = {
    bucket: config.S3_BUCKET,
    prefix: config.S3_PREFIX,
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    kmsKeyId: config.S3_KMS_KEY_ID,
  };
  const { makeS3ObjectStore } = await import('./platform/object-store-s3.ts');
  const store = makeAlarmedStore(makeS3ObjectStore(settings), { clock, logger });
  if (config.STORAGE !== 's3' || !config.S3_SIGNED_URLS) return { store, addresses: undefined };
  const { makeS3Addresses } = await import('./platform/object-store-s3-address.ts');
  const addresses = makeS3Addresses(settings);
  return { store, addresses: { addressOf: addresses.addressOf, origin: await addresses.origin() } };
};
