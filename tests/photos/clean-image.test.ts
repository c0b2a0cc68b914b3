import { describe, expect, test } from 'vitest';
import {
  animatedWebp,
  exif,
  jpegWith,
  plain,
  pngChunk,
  pngWith,
  QUARTERS,
  quartersOf,
  scene,
  turnedScene,
} from '../support/pictures.ts';
import { expectColours, usePictureFolder } from '../support/take-picture.ts';

const { taken } = usePictureFolder();

/** Application and comment segments of a JPEG up to its pixels. */
const segmentsOf = (jpeg: Buffer): number[] => {
  const markers: number[] = [];
  for (let at = 2; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) markers.push(jpeg[at + 1] ?? 0);
  return markers.filter((marker) => marker >= 0xe0);
};

describe('R10: upright, and nothing but pixels', () => {
  const orientations = [1, 2, 3, 4, 5, 6, 7, 8];
  const app1 = (block: Buffer): readonly [number, Buffer] => [0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block])];

  test.each(orientations)('R10: orientation %i of a JPEG', async (orientation) => {
    const image = await taken(await jpegWith([app1(exif({ orientation }))], turnedScene(orientation)));
    expect(image).toMatchObject({ width: 400, height: 300, thumbWidth: 320, thumbHeight: 240 });
    expectColours(await quartersOf(image.full), QUARTERS, 5);
    expectColours(await quartersOf(image.thumb), QUARTERS, 5);
  });

  test.each(orientations)('R10: orientation %i of a PNG, WebP and AVIF', async (orientation) => {
    const block = exif({ orientation });
    const turned = turnedScene(orientation);
    const pictures = [
      await pngWith([['eXIf', block]], { picture: turned.clone() }),
      await pngWith([['eXIf', block]], { picture: turned.clone(), behindPixels: true }),
      await turned.clone().withMetadata({ orientation }).webp({ quality: 95 }).toBuffer(),
      await turned.clone().withMetadata({ orientation }).avif({ effort: 0, quality: 90 }).toBuffer(),
    ];
    for (const bytes of pictures) {
      const image = await taken(bytes);
      expect(image).toMatchObject({ width: 400, height: 300 });
      expectColours(await quartersOf(image.full), QUARTERS, 5);
    }
  });

  test('R10: no EXIF, GPS, serial number, thumbnail, XMP, IPTC, profile or comment is left', async () => {
    const canary = 'CANARY<script>';
    const long = Buffer.alloc(2000, canary);
    const tags = { ImageDescription: canary, Make: canary, Artist: canary };
    const place = { GPSLatitudeRef: 'N', GPSLatitude: '48/1 8/1 14/1', GPSAreaInformation: canary };
    const marked = () =>
      scene()
        .withExif({ IFD0: tags, IFD2: { BodySerialNumber: canary, UserComment: canary }, IFD3: place })
        .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${canary}</x:xmpmeta>`);
    const profiled = scene().withIccProfile('p3');
    const pictures = [
      await jpegWith([
        app1(
          exif({
            description: canary,
            thumbnail: await scene(160, 120)
              .jpeg()
              .toBuffer()
              .then((t) => Buffer.concat([t, long])),
          }),
        ),
        [0xe1, Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), long])],
        [0xed, Buffer.concat([Buffer.from('Photoshop 3.0\x008BIM\x04\x04\0\0\0\0', 'latin1'), long])],
        [0xe2, Buffer.concat([Buffer.from('MPF\0'), long])],
        [0xef, long],
        [0xfe, long],
      ]),
      await pngWith([
        ['tEXt', Buffer.concat([Buffer.from('Comment\0'), long])],
        ['iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), long])],
        ['prVt', long],
        ['eXIf', exif({ description: canary })],
      ]),
      await marked().jpeg().toBuffer(),
      await marked().webp().toBuffer(),
      await marked().avif({ effort: 0 }).toBuffer(),
    ];
    for (const bytes of pictures) expect(bytes.includes(canary)).toBe(true);
    for (const bytes of [...pictures, await profiled.jpeg().toBuffer()]) {
      const { full, thumb } = await taken(bytes);
      for (const jpeg of [full, thumb]) {
        for (const trace of ['CANARY', 'script', 'Exif', 'ICC_PROFILE', 'adobe', 'Photoshop', 'GPS']) {
          expect([trace, jpeg.includes(trace)]).toEqual([trace, false]);
        }
        expect(segmentsOf(jpeg)).toEqual([]);
      }
    }
  });
});

test('R8: what hides in a picture that is something else as well stays behind', async () => {
  const payload = '<?php system($_GET["c"]); ?><script>alert(1)</script>%PDF-1.4 PK\x03\x04';
  const hidden = Buffer.from(payload, 'latin1');
  const jpeg = await jpegWith([[0xfe, hidden]]);
  const png = await pngWith([['tEXt', Buffer.concat([Buffer.from('Comment\0'), hidden])]]);
  const webp = await scene().webp().toBuffer();
  const avif = await scene().avif({ effort: 0 }).toBuffer();
  for (const bytes of [jpeg, png, webp, avif].map((picture) => Buffer.concat([picture, hidden]))) {
    const { full, thumb } = await taken(bytes);
    for (const trace of ['php', 'script', '%PDF', 'PK\x03\x04', 'alert']) {
      expect([trace, full.includes(trace), thumb.includes(trace)]).toEqual([trace, false, false]);
    }
  }
});

describe('R6: of an animation the first frame is kept', () => {
  const red = [[200, 60, 40]];
  test('R6: WebP', async () => {
    const image = await taken(await animatedWebp());
    expect(image).toMatchObject({ width: 300, height: 300 });
    expectColours(await quartersOf(image.full), red, 5);
  });

  test('R6: PNG', async () => {
    const png = await plain(300, 300).png().toBuffer();
    const [control, frame, size] = [Buffer.alloc(8), Buffer.alloc(26), Buffer.from([0, 0, 1, 44, 0, 0, 1, 44])];
    control.writeUInt32BE(2, 0);
    size.copy(frame, 4);
    const second = await scene(300, 300, [2, 2, 2, 2]).png().toBuffer();
    const data = second.subarray(second.indexOf('IDAT') + 4, second.length - 16);
    const animated = Buffer.concat([
      png.subarray(0, 33),
      pngChunk(['acTL', control]),
      pngChunk(['fcTL', frame]),
      png.subarray(33, -12),
      pngChunk(['fcTL', frame]),
      pngChunk(['fdAT', Buffer.concat([Buffer.from([0, 0, 0, 1]), data])]),
      png.subarray(-12),
    ]);
    expectColours(await quartersOf((await taken(animated)).full), red, 5);
  });
});
