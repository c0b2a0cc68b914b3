import { ESLint } from 'eslint';
import { beforeAll, expect, test } from 'vitest';

const eslint = new ESLint();
const [type, app, script] = ['src/shared/result.ts', 'src/photos/delete-photos.ts', 'public/js/main.js'];

/** Faults that must be found, planted in a file of the project: [rule, file, text]. */
const faults: [string, string, string][] = [
  [
    '@typescript-eslint/no-floating-promises',
    app,
    'const later = async () => 1;\nexport const now = () => {\n  later();\n};\n',
  ],
  [
    '@typescript-eslint/no-floating-promises',
    app,
    "import type { Db } from '../platform/db.ts';\nexport const lost = (db: Db) => {\n  db('photos').delete();\n};\n",
  ],
  ['@typescript-eslint/no-explicit-any', type, 'export const loose = (value: any): string => String(value);\n'],
  [
    '@typescript-eslint/switch-exhaustiveness-check',
    type,
    "export const f = (x: 'a' | 'b') => {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n};\n",
  ],
  [
    '@typescript-eslint/consistent-type-imports',
    app,
    "import { Db } from '../platform/db.ts';\nexport const keep = (db: Db): Db => db;\n",
  ],
  ['no-restricted-syntax', type, 'export default 1;\n'],
  ['no-restricted-syntax', type, "export * from './errors.ts';\n"],
  ['no-restricted-syntax', type, "export const end = (pid?: number) => process.kill(pid ?? 0, 'SIGKILL');\n"],
  ['n/no-process-env', app, "export const home = process.env['HOME'];\n"],
  ['no-console', app, "export const shout = () => console.log('Maria Santos');\n"],
  ['eqeqeq', type, 'export const same = (a: number, b: number) => a == b;\n'],
  ['max-lines', type, `${Array.from({ length: 201 }, (_, n) => `export const a${n} = ${n};`).join('\n')}\n`],
  [
    'complexity',
    type,
    `export const f = (n: number) => {\n${Array.from({ length: 12 }, (_, i) => `  if (n === ${i}) return ${i};`).join('\n')}\n  return 0;\n};\n`,
  ],
  ['no-undef', script, 'export const typo = () => documnet.body;\n'],
];

beforeAll(async () => {
  await eslint.lintText('export const warm = 1;\n', { filePath: type }); // the types of the whole project are read once
}, 120_000);

test.each(faults)(
  '%s bites on a planted fault in %s',
  async (rule, filePath, text) => {
    const [report] = await eslint.lintText(text, { filePath });
    expect(report?.messages.map((message) => message.ruleId)).toContain(rule);
  },
  60_000,
);

test('a kebab-case name is asked for', async () => {
  const [report] = await eslint.lintText('export const one = 1;\n', { filePath: 'src/shared/BadName.ts' });
  const rules = report?.messages.map((message) => message.ruleId ?? message.message) ?? [];
  expect(rules.some((rule) => rule === 'unicorn/filename-case' || rule.includes('BadName'))).toBe(true);
});
