/** Packages that ship ES modules only: Jest loads CommonJS, so these are compiled too. */
const esmOnly = ['jose', 'uuid', '@marcbachmann/cel-js', '@prisma/schema-engine-wasm'];

const suite = (name) => ({
  displayName: name,
  rootDir: __dirname,
  testMatch: [`<rootDir>/test/${name}/**/*.test.ts`],
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/worker-environment.ts'],
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest'] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  // The generated Prisma client names its own files as .js.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.coagent'],
});

module.exports = {
  projects: ['unit', 'integration', 'replay', 'e2e', 'chaos'].map(suite),
  testTimeout: 60_000,
};
