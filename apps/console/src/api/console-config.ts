import { UnreachableError } from './problem';
import type { ConsoleConfig } from './shapes';

const unknown: ConsoleConfig = { temporalUi: null, namespace: 'default', version: '' };

/** A server that refuses it, or has none, costs the links and nothing else. @throws UnreachableError */
export async function readConsoleConfig(): Promise<ConsoleConfig> {
  const response = await fetch('/console-config.json').catch((error: unknown) => {
    throw new UnreachableError({ cause: error });
  });
  return response.ok ? ((await response.json()) as ConsoleConfig) : unknown;
}

/** The page of a Temporal workflow in the Temporal Web UI: of a room, with its turns, or of a run. */
export const temporalLink = ({ temporalUi, namespace }: ConsoleConfig, workflowId: string): string | null =>
  temporalUi === null
    ? null
    : `${temporalUi.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${workflowId}`;
