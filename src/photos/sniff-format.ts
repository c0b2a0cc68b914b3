export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'heic';

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEVC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
const OPEN_BRANDS = new Set(['mif1', 'msf1']); // 'a picture', of whatever codec

/**
 * What the first bytes of a file (`head`, up to 4 KB) say it is; undefined for everything that is no photo we take. Names
 * and claimed types play no part.
 */
export const sniffFormat = (head: Buffer): ImageFormat | undefined => {
  if (startsWith(head, 0, '\xff\xd8\xff')) return 'jpeg';
  if (startsWith(head, 0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (startsWith(head, 0, 'RIFF') && startsWith(head, 8, 'WEBP')) return 'webp';
  if (startsWith(head, 4, 'ftyp')) return sniffHeif(head);
  return undefined;
};

const startsWith = (head: Buffer, at: number, magic: string): boolean =>
  head.toString('latin1', at, at + magic.length) === magic;

/** The brands of an ISO base media file (ISO 14496-12): the major one at byte 8, the compatible ones from byte 16 on. */
const brandsOf = (head: Buffer): string[] => {
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [head.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  return brands;
};

/** HEIF holds AV1 (AVIF) or HEVC (HEIC). Where the brands leave it open, the decoder's own configuration box tells. */
const sniffHeif = (head: Buffer): 'avif' | 'heic' | undefined => {
  const brands = brandsOf(head);
  const isAvif = brands.some((brand) => AVIF_BRANDS.has(brand));
  const isHeic = brands.some((brand) => HEVC_BRANDS.has(brand));
  if (isAvif !== isHeic) return isAvif ? 'avif' : 'heic';
  if (!isAvif && !brands.some((brand) => OPEN_BRANDS.has(brand))) return undefined;
  if (head.includes('hvcC')) return 'heic';
  return head.includes('av1C') ? 'avif' : undefined;
};
