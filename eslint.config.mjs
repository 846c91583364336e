import js from '@eslint/js';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

/** Rules for code that Temporal replays: it may only use what gives the same answer every time. */
const workflowSandbox = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          group: ['node:*', 'fs', 'path', 'crypto', 'http', 'https', 'net', 'os', 'child_process'],
          message: 'Workflow code has no Node built-ins: call an activity.',
        },
        {
          group: ['zod', 'ajv', 'ioredis', 'openai', '@prisma/*', 'pino'],
          message: 'Keep big libraries and I/O out of the workflow bundle.',
        },
        {
          group: ['@temporalio/client', '@temporalio/worker', '@temporalio/activity'],
          message: 'Workflow code imports @temporalio/workflow only.',
        },
      ],
    },
  ],
  'no-restricted-globals': [
    'error',
    { name: 'process', message: 'Not deterministic: pass settings in the workflow input.' },
    { name: 'setInterval', message: 'Use sleep or condition of @temporalio/workflow.' },
    { name: 'fetch', message: 'Call an activity.' },
    { name: 'Buffer', message: 'Not in the workflow sandbox.' },
  ],
  'no-restricted-properties': [
    'error',
    {
      object: 'performance',
      property: 'now',
      message: 'Real time is not replayed: use Date.now(), which is workflow time.',
    },
    { object: 'crypto', property: 'randomUUID', message: 'Use uuid4 of @temporalio/workflow.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.coagent*/**', 'prisma/generated/**', 'coverage/**'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      eqeqeq: 'error',
    },
  },
  // `workflows/contracts` is shared with the browser and the workflow bundle, so it obeys the same rules.
  { files: ['workflows/**/*.ts'], rules: workflowSandbox },
  {
    files: ['test/**/*.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'jest/no-disabled-tests': 'error',
      'jest/no-focused-tests': 'error',
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'fc.assert'] }],
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
      },
    },
  },
);
