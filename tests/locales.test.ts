import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rejectReasons } from '../src/photos/photo.ts';
import { type Language, languages } from '../src/platform/languages.ts';

const root = join(import.meta.dirname, '..');
const read = (language: Language, name: string): Record<string, string> =>
  JSON.parse(readFileSync(join(root, 'src/locales', language, `${name}.json`), 'utf8')) as Record<string, string>;

/** What every language has: the pages of the parents, and what the checks say to a reviewer. */
const complete = ['parent', 'checks'] as const;
const en = read('en', 'parent');
const PLURAL = /_(zero|one|two|few|many|other)$/;
const stemOf = (key: string) => key.replace(PLURAL, '');
const placeholders = (text: string) => [...new Set(text.match(/\{\{\w+\}\}|<\/?strong>/g))].sort();

/** The keys that a language must have: those of English, each counted one in the language's own plural forms. */
const wanted = (language: Language, english: Record<string, string>) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const keys = Object.keys(english);
  const counted = new Set(keys.filter((key) => PLURAL.test(key)).map(stemOf));
  return keys
    .filter((key) => !PLURAL.test(key))
    .concat([...counted].flatMap((stem) => forms.map((form) => `${stem}_${form}`)))
    .sort();
};

describe.each(languages.flatMap((language) => complete.map((name) => [name, language] as const)))(
  'the words of %s in %s',
  (name, language) => {
    const words = read(language, name);
    const english = read('en', name);

    test('are complete: the keys of English, counted ones in every plural form of the language', () => {
      expect(Object.keys(words).sort()).toEqual(wanted(language, english));
    });

    test('are never empty and have no white space around them', () => {
      expect(Object.entries(words).filter(([, text]) => text === '' || text !== text.trim())).toEqual([]);
    });

    test('have the same names to fill in; only a counted form may say its number in words', () => {
      const different = Object.entries(words).filter(([key, text]) => {
        const [own, original] = [
          placeholders(text),
          placeholders(english[key] ?? english[`${stemOf(key)}_other`] ?? ''),
        ];
        const inWords = PLURAL.test(key) && !key.endsWith('_other') && own.length === 0;
        return !inWords && own.join() !== original.join();
      });
      expect(different).toEqual([]);
    });
  },
);

test('a translation is not the English text again', () => {
  const same = (['es', 'ar'] as const).flatMap((language) =>
    complete.flatMap((name) => {
      const [words, english] = [read(language, name), read('en', name)];
      return Object.keys(words).filter(
        (key) => words[key] === english[key] && !/^\{\{|^Error: /.test(words[key] ?? ''),
      );
    }),
  );
  expect(same).toEqual([]);
});

test('every reason for a rejection has a title and an advice', () => {
  for (const reason of rejectReasons) expect(en).toHaveProperty([`reason.${reason}.title`]);
  for (const reason of rejectReasons) expect(en).toHaveProperty([`reason.${reason}.advice`]);
});

describe('keys', () => {
  const all = new Set(
    [...Object.keys(en), ...Object.keys(read('en', 'checks')), ...Object.keys(read('en', 'office'))].map(stemOf),
  );
  const sources = ['views', 'src/http'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ejs|ts)$/.test(file))
      .map((file) => ({ file: join(folder, file), text: readFileSync(join(root, folder, file), 'utf8') })),
  );

  test('that a view or a presenter asks for exist', () => {
    const missing = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/\b(?:t|rich)\(\s*'([^']+)'/g)]
        .map(([, key]) => key ?? '')
        .filter((key) => !all.has(key))
        .map((key) => `${file}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  test('of the parents that nobody asks for do not exist', () => {
    const everything =
      sources.map(({ text }) => text).join('\n') + readFileSync(join(root, 'src/platform/i18n.ts'), 'utf8');
    // `${...}` in a key stands for anything without a dot.
    const asked = [...everything.matchAll(/['`]([a-z][\w-]*(?:\.(?:[\w-]|\$\{\w+\})+)+|\$\{\w+\}\.[\w-]+)['`]/g)].map(
      ([, key]) => new RegExp(`^${(key ?? '').replaceAll('.', '\\.').replace(/\$\{\w+\}/g, '[^.]+')}$`),
    );
    const idle = [...new Set(Object.keys(en).map(stemOf))].filter((key) => !asked.some((pattern) => pattern.test(key)));
    expect(idle).toEqual([]);
  });
});
