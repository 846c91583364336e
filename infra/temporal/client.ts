import { Client, Connection } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';

export interface TemporalAddress {
  address: string;
  namespace: string;
}

/**
 * A client whose connection opens on first use, so that a process starts while Temporal is away.
 * @param codecs read the values that workers keep out of history (`createClaimCheck`).
 */
export function createTemporalClient(
  { address, namespace }: TemporalAddress,
  codecs: PayloadCodec[] = [],
): Client {
  return new Client({
    connection: Connection.lazy({ address, connectTimeout: '5s' }),
    namespace,
    dataConverter: { payloadCodecs: codecs },
  });
}

/**
 * Whether Temporal answers.
 * @throws when it does not within `timeoutMs`.
 */
export async function probeTemporal(client: Client, timeoutMs: number): Promise<void> {
  await client.withDeadline(Date.now() + timeoutMs, () => client.workflowService.getSystemInfo({}));
}
