import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { root } from './root.mjs';
import { runStep } from './step.mjs';

const inProject = (path) => join(root, path);

const isServerSource = (file) => file.endsWith('.ts') && !file.startsWith('apps/console/');

/**
 * The build, in order. Each step is skipped when the files it reads are the same as when it last succeeded and what it
 * writes is there.
 */
const steps = [
  {
    title: 'generating the database client',
    reads: () => fingerprint(['package-lock.json', 'prisma.config.ts', 'prisma/schema.prisma']),
    writes: 'prisma/generated/client.ts',
    args: ['node_modules/prisma/build/index.js', 'generate'],
    // Prisma downloads a native engine unless this names a file; generating does not use it.
    env: {
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
    hint: 'Look at prisma/schema.prisma.',
  },
  {
    title: 'compiling',
    reads: () =>
      fingerprint(
        [
          'package-lock.json',
          'tsconfig.json',
          'tsconfig.build.json',
          'apps',
          'workflows',
          'activities',
          'prisma',
          'infra',
        ],
        (file) => file.endsWith('.json') || isServerSource(file),
      ),
    writes: 'dist/apps/cli/main.js',
    args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    hint: 'The sources do not compile; the errors are above.',
  },
  {
    title: 'bundling workflows',
    needs: 'dist/infra/temporal/build-bundle.js',
    reads: () => fingerprint(['package-lock.json', 'workflows', 'infra/temporal']),
    writes: 'dist/workflows.js',
    args: ['dist/infra/temporal/build-bundle.js'],
    hint: 'Workflow code may only import what workflows/ and @temporalio/workflow hold.',
  },
  {
    title: 'building the page',
    needs: 'apps/console/index.html',
    reads: () => fingerprint(['package-lock.json', 'apps/console', 'workflows/contracts']),
    writes: 'dist/console/index.html',
    args: [inProject('node_modules/vite/bin/vite.js'), 'build'],
    cwd: inProject('apps/console'),
    hint: 'The page in apps/console does not build; the errors are above.',
  },
];

const stampFile = inProject('dist/.built.json');

const readStamps = () => (existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {});

/** Builds what is not up to date into dist/ (and prisma/generated/). */
export async function build() {
  const stamps = readStamps();
  for (const { title, needs, reads, writes, args, cwd, env, hint } of steps) {
    if (needs !== undefined && !existsSync(inProject(needs))) continue;
    const stamp = reads();
    if (stamps[title] === stamp && existsSync(inProject(writes))) continue;
    await runStep(title, args, { cwd, env, hint });
    stamps[title] = stamp;
    writeFileSync(stampFile, JSON.stringify(stamps, null, 2));
  }
}
