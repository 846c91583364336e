import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflows } from './bundle-workflows';

/** Writes dist/workflows.js, the bundle that production workers run. Run from the build output. */
async function main(): Promise<void> {
  const dist = path.resolve(__dirname, '../..');
  const { code } = await bundleWorkflows(path.join(dist, 'workflows'));
  writeFileSync(path.join(dist, 'workflows.js'), code);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
