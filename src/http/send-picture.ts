import type { Response } from 'express';

/**
 * Sends a stored picture after the permission check: never kept by a cache, never anything but an image, never shown
 * inside another page (R39).
 */
export const sendPicture = (res: Response, jpeg: Buffer): void => {
  res.set({
    'Content-Type': 'image/jpeg',
    'Content-Disposition': 'inline',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  });
  res.send(jpeg);
};
