import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeVisitor } from '../tests/support/visitor.ts';
import { cpuOf, peakRssOf, type Service } from './service.ts';

/** A 12-megapixel JPEG of about 3 MB, as a phone makes it: noise of the size of details, not of pixels. */
export const phonePhoto = async (): Promise<Buffer> => {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const small = await sharp({ create: { width: 1000, height: 750, channels: 3, background: 'grey', noise } })
    .png()
    .toBuffer();
  return sharp(small).resize(4000, 3000, { kernel: 'cubic' }).jpeg({ quality: 88 }).toBuffer();
};

/** CPU milliseconds per photo of a bare script that hashes the file and makes the same outputs with one decode. */
const measureYardstick = (photo: Buffer, count: number): number => {
  const dir = mkdtempSync(join(tmpdir(), 'pos-yardstick-'));
  try {
    const path = join(dir, 'photo.jpg');
    writeFileSync(path, photo);
    const { stdout } = spawnSync(process.execPath, ['bench/yardstick-photo.ts', path, String(count)], {
      env: { PATH: '/usr/bin:/bin', MALLOC_ARENA_MAX: '2' },
      encoding: 'utf8',
    });
    return Number(stdout);
  } finally {
    rmSync(dir, { recursive: true });
  }
};

/** Sends `count` photos, two at a time, as two parents do; CPU of the web process per photo, in milliseconds. */
export const measureUpload = async (service: Service, count: number) => {
  const photo = await phonePhoto();
  const parents = await Promise.all(
    ['Maria', 'Kwame'].map((name) => service.cli('parent:create', '--name', name, '--child', 'Sofia')),
  );
  const send = async (link: string, times: number) => {
    const visitor = makeVisitor(service.url);
    let page = await visitor.submit(await visitor.open(new URL(link).pathname), 'Start', { consent: 'v1' });
    const form = page.url;
    for (let i = 0; i < times; i += 1) {
      page = await visitor.submit(await visitor.open(form), 'Send photo', { photo: { bytes: photo, name: 'me.jpg' } });
      if (!page.text.includes('We have your photo')) throw new Error(`an upload was refused: ${page.text}`);
    }
  };
  const links = parents.map((parent) => String(parent['onboarding_url']));
  await Promise.all(links.map((link) => send(link, 3))); // warm
  const before = cpuOf(service.pid);
  await Promise.all(links.map((link) => send(link, count / 2)));
  const perPhoto = (cpuOf(service.pid) - before) / count;
  return {
    photoMb: photo.length / 1e6,
    perPhoto,
    yardstick: measureYardstick(photo, count),
    peakRss: peakRssOf(service.pid),
  };
};
