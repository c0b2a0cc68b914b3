import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { viewsDir } from '../src/http/app.ts';
import { icons } from '../src/http/presenters/icons.ts';
import { makeViewEngine } from '../src/http/view-engine.ts';
import { type I18n, makeI18n } from '../src/platform/i18n.ts';
import { languageDirections, languages } from '../src/platform/languages.ts';
import { parentPages, type SamplePage } from './support/parent-pages.ts';

const files = readdirSync(viewsDir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ejs'));
const source = (file: string) => readFileSync(join(viewsDir, file), 'utf8');
const withoutCode = (template: string) => template.replace(/<%[\s\S]*?%>/g, '');

/** Attributes whose value is read to people, or said by a script; `data-now` names what a script brings up to date. */
const SPOKEN =
  /\s(?:alt|title|placeholder|label|aria-label|content|data-(?!parent-id|status|copy|now)[a-z-]+)="([^"]*)"/g;
/** The values of `content` that are for machines. */
const MACHINE = new Set(['width=device-width, initial-scale=1', 'light dark', '#213d8f', 'no-referrer', 'noindex']);

describe.each(files)('%s', (file) => {
  test('has no prose: every word comes by its key', () => {
    const markup = withoutCode(source(file));
    const text = markup.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, ' ');
    expect(text.match(/\p{L}+/gu) ?? []).toEqual([]);
    const spoken = [...markup.matchAll(SPOKEN)].map(([, value]) => value ?? '').filter((value) => !MACHINE.has(value));
    expect(spoken.filter((value) => /\p{L}/u.test(value))).toEqual([]);
  });

  test('writes nothing unescaped but includes', () => {
    const raw = [...source(file).matchAll(/<%-\s*([\s\S]*?)%>/g)].map(([, code]) => code ?? '');
    expect(raw.filter((code) => !code.startsWith('include('))).toEqual([]);
  });

  test('R40: has no inline style, script, handler or data: URL', () => {
    const markup = withoutCode(source(file));
    expect(markup).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:|(?:src|href)="data:/i);
    expect(markup.match(/<script(?![^>]* src=")[^>]*>/g) ?? []).toEqual([]);
  });
});

describe('the pages of the parents', () => {
  let i18n: I18n;
  beforeAll(async () => {
    i18n = await makeI18n();
  });
  const engine = promisify(makeViewEngine(viewsDir));
  const show = async ({ view, model }: SamplePage): Promise<string> => {
    const html = await engine(join(viewsDir, `${view}.ejs`), {
      ...model,
      icons,
      asset: (file: string) => `/a/${file}`,
      imports: (file: string) => [`/a/part-of-${file}`],
    });
    return html ?? '';
  };

  test.each(languages)('render in every state, in %s', async (language) => {
    for (const page of parentPages(i18n, language)) {
      const html = await show(page);
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      const faults = {
        headings: html.match(/<h1[\s>]/g)?.length,
        doubleIds: ids.filter((id, at) => ids.indexOf(id) !== at),
        // A missing value would be written as one of these; keys have dots and dashes.
        unfilled: html.match(/undefined|\[object|NaN|\{\{|\}\}|>\s*[a-z-]+\.[a-z.-]+\s*</g),
        formsWithoutToken: [...html.matchAll(/<form [^>]*method="post"[^>]*>\s*(<input[^>]*>)?/g)]
          .map(([, first]) => first ?? '')
          .filter((first) => !first.includes('name="_csrf" value="token"')),
        foreign: html.match(/(?:src|href|action)="(?!\/|#|\?|tel:)[^"]*"/g),
      };
      expect(faults, page.name).toEqual({
        headings: 1,
        doubleIds: [],
        unfilled: null,
        formsWithoutToken: [],
        foreign: null,
      });
      expect(html).toContain(`<html lang="${language}" dir="${languageDirections[language]}">`);
    }
  });

  test.each(languages)(
    'every one says how we use the photo, in %s: the welcome page at the consent, others below',
    async (language) => {
      const { t } = i18n.speak(language, 'UTC');
      for (const page of parentPages(i18n, language)) {
        const html = await show(page);
        const [, section = ''] = html.split(' id="privacy"');
        for (const words of [t('privacy.title'), t('privacy.staff'), t('privacy.use')]) {
          expect(section, page.name).toContain(words);
        }
        const isWelcome = page.view === 'parent/welcome';
        expect(html.includes(t('privacy.delete-any')), page.name).toBe(!isWelcome);
        expect(html.includes('<a href="#privacy">'), page.name).toBe(isWelcome);
      }
    },
  );

  test('R34: no title names a person or holds a link', async () => {
    for (const page of parentPages(i18n, 'en')) {
      const title = /<title>([^<]*)<\/title>/.exec(await show(page))?.[1] ?? '';
      expect(title, page.name).toMatch(/ - /);
      expect(title, page.name).not.toMatch(/Maria|Santos|Sofia|onboarding\//);
    }
  });

  test('names are escaped and stand in <bdi>', async () => {
    const welcome = parentPages(i18n, 'en').find(({ name }) => name === 'welcome');
    if (!welcome) throw new Error('there is no welcome page');
    const html = await show({ ...welcome, model: { ...welcome.model, name: '<script>alert(1)</script>' } });
    expect(html).toContain('<h1>Hello <bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>');
    expect(html).not.toContain('<script>alert');
  });
});
