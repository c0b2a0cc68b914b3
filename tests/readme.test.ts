import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/operations.md',
  'docs/security.md',
  'docs/photo-checks.md',
  'docs/adr/README.md',
];
const linksOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !link.startsWith('http'));

test.each(pages)('every link of %s leads to a file', (page) => {
  const links = linksOf(page);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
});

test('a photo’s journey has ten steps, each with a file that carries its number and a test', () => {
  const rows = [
    ...readFileSync('README.md', 'utf8').matchAll(/^\| ([①-⑩]) .*\]\((src\/[^)]+)\).*\]\((tests\/[^)]+)\)/gm),
  ];
  expect(rows.map(([, number]) => number).join('')).toBe('①②③④⑤⑥⑦⑧⑨⑩');
  for (const [, number = '', source = '', proof = ''] of rows) {
    const head = readFileSync(source, 'utf8').split('\n', 1)[0];
    expect(head, source).toMatch(/^\/\/ A photo's journey /);
    expect(head, source).toContain(number);
    expect(existsSync(proof), proof).toBe(true);
  }
});

test('every test that docs/quality.md names exists', () => {
  const named = [...readFileSync('docs/quality.md', 'utf8').matchAll(/`([a-z-]+\/[a-z0-9-]+\.(?:test|e2e)\.ts)`/g)];
  expect(named.length).toBeGreaterThan(40);
  expect(named.map(([, file = '']) => file).filter((file) => !existsSync(join('tests', file)))).toEqual([]);
});
