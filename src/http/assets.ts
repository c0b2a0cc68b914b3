import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import express, { Router } from 'express';
import { paths } from './paths.ts';

/**
 * Static files under an address that holds the hash of all of them, so that a browser may keep them for a year and a
 * change is seen at once. A page of another version (during an update) gets the file too, unkept.
 */
export const makeAssets = (publicDir: string) => {
  const hash = createHash('sha256');
  const files = readdirSync(publicDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) hash.update(file.slice(publicDir.length)).update('\0').update(readFileSync(file));
  const version = hash.digest('hex').slice(0, 12);

  const router = Router();
  const options = { index: false, redirect: false, fallthrough: false, cacheControl: false } as const;
  router.use(`${paths.assets}/${version}`, express.static(publicDir, { ...options, setHeaders: keepForever }));
  router.use(`${paths.assets}/:version`, express.static(publicDir, { ...options, setHeaders: keepNothing }));
  return {
    router,
    /** 'css/app.css' -> its address. */
    address: (file: string) => `${paths.assets}/${version}/${file}`,
  };
};

const keepForever = (res: ServerResponse) => void res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
const keepNothing = (res: ServerResponse) => void res.setHeader('Cache-Control', 'no-store');
