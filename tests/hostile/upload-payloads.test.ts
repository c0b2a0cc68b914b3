import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import {
  animatedWebp,
  exif,
  glass,
  jpegWith,
  pngWith,
  QUARTERS,
  quartersOf,
  scene,
  turnedScene,
} from '../support/pictures.ts';
import { addSender, type Sender, sendPhoto } from '../support/sender.ts';
import { storedPhoto } from '../support/stored.ts';
import { expectColours } from '../support/take-picture.ts';

let app: App;
let maria: Sender;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '0' } });
  maria = await addSender(app);
});
afterAll(() => app.stop());

/** Sends it by the form, expects that it is taken, and gives the stored picture; the browser gets the same bytes. */
const stored = async (bytes: Buffer): Promise<Buffer> => {
  const answer = await sendPhoto(maria, bytes);
  expect(answer, answer.body.slice(0, 500)).toMatchObject({
    status: 303,
    headers: { location: `/onboarding/p/${maria.parentId}` },
  });
  const onDisk = await storedPhoto(app, maria.parentId);
  const page = await maria.visitor.open(`/onboarding/p/${maria.parentId}`);
  const address = page.root
    .querySelectorAll('main img')
    .map((image) => image.getAttribute('src') ?? '')
    .find((src) => src.includes('/photos/'));
  const shown = await fetch(app.url + (address ?? '').replace(/(thumb|portrait)$/, 'full'), {
    headers: { cookie: maria.cookie },
  });
  expect(shown.headers.get('content-type')).toBe('image/jpeg');
  expect(Buffer.from(await shown.arrayBuffer()).equals(onDisk)).toBe(true);
  return onDisk;
};

const PAYLOADS = {
  html: '<html><script>alert("canary")</script></html>',
  php: '<?php system("canary"); ?>',
  zip: 'PK\x03\x04canary\0PK\x05\x06',
  pdf: '%PDF-1.4 canary %%EOF',
  js: '*/=1;alert("canary");/*',
};

test('R8: a JPEG that is also HTML, JS, PHP, ZIP or PDF becomes a fresh JPEG without it', async () => {
  for (const payload of Object.values(PAYLOADS).map((text) => Buffer.from(text, 'latin1'))) {
    const inside = await jpegWith([
      [0xfe, payload],
      [0xef, payload],
    ]);
    const image = await stored(Buffer.concat([inside, payload]));
    expect(image.indexOf('canary')).toBe(-1);
    expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 400, height: 300 });
    expect(image.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9])); // nothing behind its end
  }
});

test('R10: EXIF with a script, GPS, a thumbnail: nothing of it is stored, and the picture is upright', async () => {
  const thumbnail = Buffer.concat([await scene(160, 120).jpeg().toBuffer(), Buffer.from('canary')]);
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const block = exif({ orientation, description: '<script>alert("canary")</script>', thumbnail });
    const turned = await jpegWith([[0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block])]], turnedScene(orientation));
    const image = await stored(turned);
    const { exif: kept, xmp, iptc, icc, orientation: tag } = await sharp(image).metadata();
    expect({ kept, xmp, iptc, icc, tag }).toEqual({});
    expect(image.indexOf('canary')).toBe(-1);
    expectColours(await quartersOf(image), QUARTERS, 12);
  }
  const withText = await pngWith([['tEXt', Buffer.from('Comment\0canary')]], { behindPixels: true });
  expect((await stored(withText)).indexOf('canary')).toBe(-1);
});

test('R11: CMYK, 16 bits, transparency, Display P3 and grey become an sRGB JPEG of 8 bits with the right colours', async () => {
  const cmyk = await scene().toColourspace('cmyk').jpeg({ quality: 95 }).withIccProfile('cmyk').toBuffer();
  expectColours(await quartersOf(await stored(cmyk)), QUARTERS, 60); // ink cannot show this blue
  const deep = await scene().toColourspace('rgb16').png().toBuffer();
  expectColours(await quartersOf(await stored(deep)), QUARTERS, 12);
  const p3 = await scene().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer();
  expectColours(await quartersOf(await stored(p3)), QUARTERS, 12);
  const halfRed = [228, 158, 148] as const; // half of (200, 60, 40) on white
  expectColours(
    await quartersOf(await stored(await glass(0.5).png().toBuffer())),
    [halfRed, halfRed, halfRed, halfRed],
    8,
  );
  const grey = await stored(await scene().toColourspace('b-w').jpeg().toBuffer());
  for (const image of [grey, await storedPhoto(app, maria.parentId)]) {
    expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', space: 'srgb', depth: 'uchar', channels: 3 });
  }
});

test('R6: of an animation the first picture is kept', async () => {
  const image = await stored(await animatedWebp());
  expect(await sharp(image).metadata()).toMatchObject({ format: 'jpeg', width: 300, height: 300 });
  const first = [200, 60, 40] as const;
  expectColours(await quartersOf(image), [first, first, first, first], 12);
});
