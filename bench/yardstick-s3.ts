// Puts COUNT times objects of these SIZES into BUCKET at ENDPOINT, eight times at once, with the bare SDK; prints how often a second.
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const AT_ONCE = 8;
const [, , endpoint = '', Bucket = '', count = '0', sizes = ''] = process.argv;
const bodies = sizes.split(',').map((size) => Buffer.alloc(Number(size), 'x'));
const client = new S3Client({
  ...{ endpoint, region: 'us-east-1', forcePathStyle: true },
  requestChecksumCalculation: 'WHEN_REQUIRED',
});

let next = 0;
const work = async (): Promise<void> => {
  while (next < Number(count)) {
    const n = (next += 1);
    await Promise.all(
      bodies.map((Body, i) => client.send(new PutObjectCommand({ Bucket, Key: `bare/${n}.${i}`, Body }))),
    );
  }
};
const began = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, work));
process.stdout.write(String(Number(count) / ((performance.now() - began) / 1000)));
