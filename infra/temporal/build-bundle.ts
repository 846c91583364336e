import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Writes dist/workflows.js, the bundle that production workers run. Run from the build output. */
async function main(): Promise<void> {
  const dist = path.resolve(__dirname, '../..');
  const { code } = await bundleWorkflowCode({ workflowsPath: path.join(dist, 'workflows/index.js') });
  writeFileSync(path.join(dist, 'workflows.js'), code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
