import { promisify } from 'node:util';
import type { I18n } from '../platform/i18n.ts';
import { languages } from '../platform/languages.ts';
import type { makeAssets } from './assets.ts';
import { edgePageNames, presentEdgePage } from './presenters/edge-page.ts';
import { icons } from './presenters/icons.ts';
import { makeViewEngine } from './view-engine.ts';

type Deps = {
  assets: Awaited<ReturnType<typeof makeAssets>>;
  i18n: Pick<I18n, 'speak'>;
  viewsDir: string;
  /** Largest photo (MAX_UPLOAD_MB), which the page about too big ones says. */
  maxUploadMb: number;
};

/** A file for nginx; `path` is relative to the folder that it serves. */
type StaticFile = { path: string; bytes: Buffer };

/**
 * What nginx sends from its own disk: each asset under its address with the hash, plain and as `.gz`, and the pages for when
 * we cannot answer, in every language. Assets come first: pages refer to them.
 */
export const makeStaticFiles =
  ({ assets, i18n, viewsDir, maxUploadMb }: Deps) =>
  async (): Promise<StaticFile[]> => {
    const engine = promisify(makeViewEngine(viewsDir));
    const show = async (model: object): Promise<Buffer> => {
      const locals = { ...model, icons, asset: assets.address, imports: assets.imports };
      return Buffer.from((await engine(`${viewsDir}/parent/error.ejs`, locals)) ?? '');
    };
    const files = assets.files().flatMap(({ address, plain, gzip }) => [
      { path: address.slice(1), bytes: plain },
      { path: `${address.slice(1)}.gz`, bytes: gzip },
    ]);
    for (const language of languages) {
      for (const name of edgePageNames) {
        const model = presentEdgePage(i18n.speak(language, 'UTC'), name, maxUploadMb);
        files.push({ path: `pages/${name}.${language}.html`, bytes: await show(model) });
      }
    }
    return files;
  };
