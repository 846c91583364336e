import type { RunningServer } from '../../infra/stack/embedded-server';
import { createPortPicker } from '../../infra/stack/ports';
import { createTemporal } from '../../infra/stack/temporal';

/**
 * Starts a Temporal server of one test's own, with its data in `dataDir`.
 * @param dynamicConfig besides the platform's own.
 */
export async function startOwnTemporal(
  dataDir: string,
  dynamicConfig: Record<string, number> = {},
): Promise<RunningServer> {
  const ports = createPortPicker({ onTaken: () => undefined });
  for (let attempt = 1; ; attempt += 1) {
    const server = createTemporal({
      dataDir,
      environment: process.env,
      port: await ports.pick(0),
      uiPort: await ports.pick(0),
      namespace: 'default',
      dynamicConfig,
    });
    try {
      return await server.start(() => undefined);
    } catch (error) {
      // Somebody else may have got the port before it listened there.
      if (attempt === 3) throw error;
    }
  }
}
