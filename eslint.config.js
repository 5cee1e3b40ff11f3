import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What the compiler cannot say. Import directions have their own test: lib/imports.test.ts. */

// Configuration is read once, in lib/config; elsewhere an environment variable is a hidden input.
const MAY_READ_ENVIRONMENT = [
  'bin/**',
  'scripts/**',
  'bench/**',
  'drill/**',
  'e2e/**',
  'lib/config/**',
  'lib/instance.ts',
  'lib/cli/context.ts',
  'lib/supervisor/**',
  'lib/testing/**',
  'instrumentation.ts',
  '*.config.{ts,js}',
  '**/*.test.ts',
];

// Only an entry point may end its process.
const MAY_EXIT = ['bin/**', 'scripts/**', 'bench/**', 'drill/**', 'e2e/**'];

const noEnvironment = {
  object: 'process',
  property: 'env',
  message: 'Read the configuration through lib/config (ctx.config).',
};
const noExit = {
  object: 'process',
  property: 'exit',
  message: 'Throw; only an entry point under bin/ ends a process.',
};

export default tseslint.config(
  {
    ignores: [
      '.next/**',
      'dist/**',
      'var*/**',
      'node_modules/**',
      'lib/db/generated/**',
      'next-env.d.ts',
      'public/**',
      'test-results/**',
      'playwright-report/**',
      '.e2e/**',
    ],
  },
  { linterOptions: { noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'URL',
          'Buffer',
          'setTimeout',
          'clearTimeout',
          'setInterval',
          'clearInterval',
          'fetch',
          'performance',
          'AbortSignal',
          'AbortController',
          'structuredClone',
          'TextDecoder',
          'TextEncoder',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-undef': 'off',
      // URLs, HTML and control characters are what this project is about.
      'no-control-regex': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-nocheck': true, 'ts-expect-error': 'allow-with-description' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { attributes: false, arguments: false, properties: false } },
      ],
      // An interface of promises may be answered at once by one of its implementations.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'e2e/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // A test reads JSON that its own assertions then judge.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['app/**/*.tsx', 'components/**/*.tsx'],
    plugins: { 'react-hooks': reactHooks },
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    rules: {
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-properties': ['error', noEnvironment, noExit],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'start' }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/lib/db/generated/**'], message: 'Only lib/db talks to Prisma.' },
            { group: ['node:test', 'assert', 'node:assert'], message: 'Tests run with vitest.' },
          ],
        },
      ],
    },
  },
  { files: MAY_EXIT, rules: { 'no-restricted-properties': 'off' } },
  {
    files: MAY_READ_ENVIRONMENT.filter((glob) => !MAY_EXIT.includes(glob)),
    rules: { 'no-restricted-properties': ['error', noExit] },
  },
);
