// One linter for everything that a formatter cannot see. Rules are errors or off.
import js from '@eslint/js';
import node from 'eslint-plugin-n';
import unicorn from 'eslint-plugin-unicorn';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'data',
      'uploads',
      'coverage',
      'infra', // a package of its own, whose packages need not be here
      '**/fixtures/**',
      '.dependency-cruiser.cjs',
      'docs/migration-stub.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { n: node, unicorn },
    rules: {
      // Knex queries are thenables: one that is not awaited never runs.
      '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-namespace': ['error', { allowDeclarations: true }], // Express is typed by augmenting its namespace
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Name what you export.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file itself.' },
        {
          selector: "CallExpression[callee.property.name='kill'] > LogicalExpression",
          message: 'A process id that is missing must not become 0: that is everybody in our own process group.',
        },
      ],
      'n/no-process-env': 'error',
      'unicorn/filename-case': ['error', { case: 'kebabCase' }],
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/shared/config.ts', 'knexfile.ts', 'tests/support/environment.ts'],
    rules: { 'n/no-process-env': 'off' },
  },
  { files: ['*.config.{ts,js}', 'knexfile.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['migrations/*.ts'], rules: { 'unicorn/filename-case': 'off' } },
  {
    files: ['public/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'document',
          'window',
          'fetch',
          'FormData',
          'XMLHttpRequest',
          'navigator',
          'URL',
          'Image',
          'createImageBitmap',
          'location',
          'history',
          'crypto',
          'setTimeout',
          'clearTimeout',
        ].map((g) => [g, 'readonly']),
      ),
    },
  },
);
