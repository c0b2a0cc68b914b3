import type { Request, Response } from 'express';
import type { Picture } from '../photos/show-photo.ts';
import { paths } from './paths.ts';

/**
 * Whether the picture may come from S3 itself: it is shown by an `<img>`, which follows. A script that fetches (ahead of the review,
 * or only its headers) would be held up by the page's Content-Security-Policy.
 */
export const isEmbedded = (req: Request): boolean => req.method === 'GET' && req.query['ahead'] === undefined;

/**
 * Sends a stored picture after the permission check: never kept by a cache, never anything but an image, never shown
 * inside another page (R39). One in S3 is sent as the way to it; one that nginx sends in our place (ACCEL_REDIRECT) as its name there.
 */
export const sendPicture = (res: Response, picture: Picture): void => {
  res.set({
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  });
  if ('address' in picture) {
    res.status(302).set('Location', picture.address).end();
    return;
  }
  res.set({ 'Content-Type': 'image/jpeg', 'Content-Disposition': 'inline' });
  if ('place' in picture) res.set('X-Accel-Redirect', `${paths.photoFiles}/${picture.place}`).end();
  else res.send(picture.jpeg);
};
