// The yardstick of an upload: nothing but hashing the file and making the three pictures with one decode.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';

const [path = '', count = '1'] = process.argv.slice(2);
sharp.cache(false);
sharp.concurrency(1);

const one = async () => {
  await pipeline(createReadStream(path), createHash('sha256'));
  const { data, info } = await sharp(path, { failOn: 'warning', limitInputPixels: 50e6, pages: 1 })
    .autoOrient()
    .resize(1200, 1200, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
  await sharp(data, raw).jpeg({ quality: 80, optimiseCoding: false }).toBuffer();
  await sharp(data, raw).resize(320, 320, { fit: 'inside' }).jpeg({ quality: 80, optimiseCoding: false }).toBuffer();
  const height = Math.min(info.height, Math.floor(info.width / 0.8));
  const width = Math.round(height * 0.8);
  const [left, top] = [Math.floor((info.width - width) / 2), Math.floor((info.height - height) / 2)];
  await sharp(data, raw)
    .extract({ left, top, width, height })
    .resize(480, 600, { fit: 'fill', withoutEnlargement: true })
    .jpeg({ quality: 80, optimiseCoding: false })
    .toBuffer();
};

await one();
const before = process.cpuUsage();
for (let i = 0; i < Number(count); i += 1) await one();
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1000 / Number(count)));
