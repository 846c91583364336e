import type { Environment } from '../config/read-environment';
import type { Progress } from './embedded-server';
import { findExecutable } from './find-executable';
import { runTool, type ToolResult } from './run-tool';

/**
 * Installs a package with apt-get, where that is possible without asking: as root, on Debian and its kin.
 * @returns undefined when it is not possible; otherwise how it went.
 */
export async function installDebianPackage(
  name: string,
  environment: Environment,
  progress: Progress,
): Promise<ToolResult | undefined> {
  const apt = findExecutable(['apt-get'], environment.PATH, ['/usr/bin']);
  if (apt === undefined || process.getuid?.() !== 0) return undefined;
  const options = { env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 600_000 };
  const install = (): Promise<ToolResult> =>
    runTool(apt, ['install', '-y', '-q', '--no-install-recommends', name], options);
  progress(`installing ${name} with apt-get`);
  const first = await install();
  if (first.ok) return first;
  progress('updating the package lists of apt-get');
  await runTool(apt, ['update', '-q'], options);
  progress(`installing ${name} with apt-get`);
  return install();
}
