import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import checks from '../../src/locales/en/checks.json' with { type: 'json' };
import office from '../../src/locales/en/office.json' with { type: 'json' };
import parent from '../../src/locales/en/parent.json' with { type: 'json' };

const root = join(import.meta.dirname, '../..');
const filesIn = (folder: string, match: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => match.test(file))
    .map((file) => join(root, folder, file));

const views = [...filesIn('views/admin', /\.ejs$/), ...filesIn('views', /office-.*\.ejs$/)];
const stem = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const known = new Set(Object.keys({ ...office, ...checks, ...parent }).map(stem));

test('each key that a view of the office asks for exists', () => {
  expect(views.length).toBeGreaterThan(20);
  const asked = views.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/layout\.t\('([^']+)'/g)].map(([, key]) => key ?? ''),
  );
  expect(asked.length).toBeGreaterThan(80);
  expect(asked.filter((key) => !known.has(key))).toEqual([]);
});

test('each word of the office is used', () => {
  const code = [...views, ...filesIn('src/http', /\.ts$/)].map((file) => readFileSync(file, 'utf8')).join('\n');
  const made = [...code.matchAll(/`(office\.[a-zA-Z.-]*)\$\{[^}]+\}([a-zA-Z]*)`/g)].map(
    ([, start = '', end = '']) => new RegExp(`^${start.replaceAll('.', '\\.')}[\\w.-]+${end}$`),
  );
  const used = (key: string) => code.includes(`'${key}'`) || made.some((pattern) => pattern.test(key));
  expect([...new Set(Object.keys({ ...office, ...checks }).map(stem))].filter((key) => !used(key))).toEqual([]);
});

test('views of the office hold no prose, no style, no script and print unescaped only what they include', () => {
  for (const file of views) {
    const text = readFileSync(file, 'utf8');
    expect(text, file).not.toMatch(/<%-(?! include\()/);
    expect(text, file).not.toMatch(/\sstyle=|<script|data:|javascript:/);
    const words = text.replace(/<%[\s\S]*?%>/g, '').replace(/<[^>]*>/g, ' ');
    expect(words.match(/[A-Za-z]{2,}/g) ?? [], file).toEqual([]);
  }
});
