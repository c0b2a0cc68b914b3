import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeVisitor } from '../tests/support/visitor.ts';
import { cpuOf, faceCheckerOf, peakRssOf } from './processes.ts';
import type { Service } from './service.ts';

/** A 12-megapixel JPEG of about 3 MB, as a phone makes it: noise of the size of details, not of pixels; `p3` with Apple's colours. */
const phonePhoto = async (colours: 'srgb' | 'p3'): Promise<Buffer> => {
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
  const small = await sharp({ create: { width: 1000, height: 750, channels: 3, background: 'grey', noise } })
    .png()
    .toBuffer();
  const photo = sharp(small).resize(4000, 3000, { kernel: 'cubic' }).jpeg({ quality: 88 });
  return (colours === 'p3' ? photo.withIccProfile('p3') : photo).toBuffer();
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

/** Sends `count` photos, two at a time, as two parents do, after a few to warm up; `measure` runs before and after. */
const sendPhotos = async (service: Service, photo: Buffer, count: number, measure: () => number): Promise<number> => {
  const parents = await Promise.all(
    ['Maria', 'Kwame'].map((name) => service.cli('parent:create', '--name', name, '--child', 'Sofia')),
  );
  const senders = await Promise.all(parents.map((parent) => openForm(service, String(parent['onboarding_url']))));
  const sendAll = (times: number) =>
    Promise.all(
      senders.map(async (send) => {
        for (let i = 0; i < times; i += 1) await send(photo);
      }),
    );
  await sendAll(3);
  const before = measure();
  await sendAll(count / 2);
  return (measure() - before) / count;
};

/** CPU of service and decoder per photo and of the yardstick, in milliseconds; the most memory so far, in MiB. */
export const measureUpload = async (service: Service, count: number, colours: 'srgb' | 'p3') => {
  const photo = await phonePhoto(colours);
  const perPhoto = await sendPhotos(service, photo, count, () => cpuOf(service.pid));
  return {
    photoMb: photo.length / 1e6,
    perPhoto,
    yardstick: measureYardstick(photo, count),
    peakRss: peakRssOf(service.pid),
  };
};

/** CPU of the face checker per photo, in milliseconds, and the most memory that it held, in MiB. */
export const measureFaceCheck = async (service: Service, count: number) => {
  const photo = await phonePhoto('srgb');
  const perPhoto = await sendPhotos(service, photo, count, () => faceCheckerOf(service.pid).cpu);
  return { perPhoto, peakRss: faceCheckerOf(service.pid).peakRss };
};

/** Opens the link as a parent does; gives what sends one photo by that page's form and waits for the answer. */
const openForm = async (service: Service, link: string) => {
  const visitor = makeVisitor(service.url);
  const page = await visitor.submit(await visitor.open(new URL(link).pathname), 'Start', { consent: 'v1' });
  const csrf = page.root.querySelector('form[enctype] [name=_csrf]')?.getAttribute('value') ?? '';
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
  return async (photo: Buffer): Promise<void> => {
    const body = new FormData();
    body.append('_csrf', csrf);
    body.append('upload_id', crypto.randomUUID());
    body.append('photo', new Blob([new Uint8Array(photo)]), 'me.jpg');
    const url = service.url + page.url;
    const answer = await fetch(url, { method: 'POST', body, headers: { cookie }, redirect: 'manual' });
    await answer.arrayBuffer();
    if (answer.status !== 303) throw new Error(`an upload was answered ${answer.status}`);
  };
};
