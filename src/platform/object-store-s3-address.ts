import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { clientOptions, type S3Settings } from './object-store-s3-client.ts';
import { storeError } from './object-store-s3-errors.ts';

/** Long enough for a slow phone to begin, too short to be passed on. */
const SECONDS = 60;

/** Addresses of objects that work for a minute, for whoever has them: for browsers, after the permission check. */
export const makeS3Addresses = (settings: S3Settings) => {
  const { bucket: Bucket, prefix } = settings;
  const client = new S3Client(clientOptions(settings));
  const sign = (signer: S3Client, key: string): Promise<string> => {
    const command = new GetObjectCommand({
      ...{ Bucket, Key: prefix + key },
      ...{ ResponseContentType: 'image/jpeg', ResponseCacheControl: 'private, no-store' },
      ResponseContentDisposition: 'inline',
    });
    return getSignedUrl(signer, command, { expiresIn: SECONDS });
  };
  return {
    /** Rejects with StoreUnavailable when there are no credentials to sign with. */
    addressOf: (key: string): Promise<string> =>
      sign(client, key).catch((error: unknown) => {
        throw storeError(error);
      }),

    /** The origin of all addresses, for the Content-Security-Policy; asks nobody. */
    origin: async (): Promise<string> => {
      const nobody = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };
      const anySigner = new S3Client({ ...clientOptions(settings), credentials: nobody });
      const address = await sign(anySigner, 'any');
      anySigner.destroy();
      return new URL(address).origin;
    },
  };
};
