import { create } from 'qrcode';
import { expect, test } from 'vitest';
import { linkQr } from '../../src/parents/link-qr.ts';

test('draws the dark modules of the code as runs of one path', () => {
  const { path, size } = linkQr('https://photos.example.org/onboarding/0e4b1c52-6c2f-4b57-9a5e-3f6f1f5a9d11');
  expect(size).toBe(37); // version 5, as long as a link is
  expect(path).toMatch(/^(M\d+ \d+h\d+v1h-\d+z)+$/);
  expect(path.startsWith('M0 0h7v1h-7z')).toBe(true); // the finder pattern in the corner
});

test('fills exactly the modules that are dark', () => {
  const link = 'https://photos.example.org/onboarding/x';
  const { data, size } = create([{ data: Buffer.from(link), mode: 'byte' }], {
    errorCorrectionLevel: 'M',
    maskPattern: 3,
  }).modules;
  const drawn = new Uint8Array(size * size);
  for (const [, x, y, width] of linkQr(link).path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    drawn.fill(1, Number(y) * size + Number(x), Number(y) * size + Number(x) + Number(width));
  }
  expect([...drawn]).toEqual([...data]);
});
