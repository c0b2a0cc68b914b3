import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { Refused } from '../shared/errors.ts';
import { paths } from './paths.ts';

type Asset = { type: string; plain: Buffer; br: Buffer; gzip: Buffer };

/**
 * Static files under an address that holds the hash of all of them, so that a browser may keep them for a year and a
 * change is seen at once. A page of another version (during an update) gets the file too, unkept. They are read and
 * compressed once, at the start; they hold no secret, so compressing them tells none.
 */
export const makeAssets = async (publicDir: string) => {
  const files = readdirSync(publicDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const plain = readFileSync(file);
    const name = relative(publicDir, file).split(sep).join('/');
    hash.update(`/${name}\0`).update(plain);
    assets.set(name, { type: extname(file), plain, ...(await compress(plain)) });
  }
  const version = hash.digest('hex').slice(0, 12);
  const address = (name: string) => `${paths.assets}/${version}/${name}`;

  const imports = new Map(
    [...assets.keys()]
      .filter((name) => name.endsWith('.js'))
      .map((script) => [script, importsOf(script, assets).map(address)] as const),
  );

  const serveAsset: RequestHandler<{ version: string }> = (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      next();
      return;
    }
    const asset = assets.get(req.path.slice(1));
    if (!asset) throw new Refused('not-found');
    const lasts = req.params.version === version;
    keepFewHeaders(res);
    res.set('Cache-Control', lasts ? 'public, max-age=31536000, immutable' : 'no-store');
    res.type(asset.type).send(chooseCoding(req, res, asset));
  };

  const router = Router();
  router.use(`${paths.assets}/:version`, serveAsset);
  return {
    router,
    /** 'css/app.css' -> its address. */
    address,
    /** Every file with its plain and its gzip form, for a proxy that serves them from its own disk (static-files.ts). */
    files: (): { address: string; plain: Buffer; gzip: Buffer }[] =>
      [...assets].map(([name, asset]) => ({ address: address(name), plain: asset.plain, gzip: asset.gzip })),
    /** The addresses of all modules that a script imports, so that a page can name them before they are asked for. */
    imports: (script: string): string[] => imports.get(script) ?? [],
  };
};

const compress = async (plain: Buffer): Promise<Pick<Asset, 'br' | 'gzip'>> => ({
  br: await promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }),
  gzip: await promisify(gzip)(plain, { level: 9 }),
});

/** Of the headers of every answer, those that matter to a style, a script or a drawing. */
const keepFewHeaders = (res: Response): void => {
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  res.set({
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer', // a module's own address, when it imports another
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept-Encoding',
  });
};

/** The smallest form that the browser reads, with its header. Asked one by one: browsers list gzip before br. */
const chooseCoding = (req: Request, res: Response, asset: Asset): Buffer => {
  const coding = (['br', 'gzip'] as const).find((one) => req.acceptsEncodings(one) === one);
  if (coding === undefined) return asset.plain;
  res.set('Content-Encoding', coding);
  return asset[coding];
};

const IMPORT = /^import [^']*'(\.[^']+)';$/gm;

const importsOf = (script: string, assets: Map<string, Asset>): string[] => {
  const found = new Set<string>();
  const follow = (importer: string): void => {
    const asset = assets.get(importer);
    if (!asset) throw new Error(`a script imports ${importer}, which does not exist`);
    for (const [, path = ''] of asset.plain.toString().matchAll(IMPORT)) {
      const name = posix.join(posix.dirname(importer), path);
      if (found.has(name)) continue;
      found.add(name);
      follow(name);
    }
  };
  follow(script);
  return [...found];
};
