import { crc32, deflateSync } from 'node:zlib';

const BEHIND_HEADER = 33;

/** A PNG with an ICC profile, for the decode that follows to convert by. */
export const withProfile = (png: Buffer, profile: Buffer): Buffer => {
  const data = Buffer.concat([Buffer.from('iCCPof the photo\0\0', 'latin1'), deflateSync(profile)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length - 4, 0);
  frame.writeUInt32BE(crc32(data), 4);
  return Buffer.concat([
    png.subarray(0, BEHIND_HEADER),
    frame.subarray(0, 4),
    data,
    frame.subarray(4),
    png.subarray(BEHIND_HEADER),
  ]);
};
