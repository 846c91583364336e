import { roomChannel, runChannel, type Relay } from '../../infra/relay/relay';
import type { ChannelEvent } from '../../workflows/contracts/events';
import type { NodeStep } from '../../workflows/contracts/run/activities';
import { createDeltaStream, type DeltaStream } from './delta-stream';
import type { ActiveAgent } from './node-scene';

export interface NodeStreamOptions {
  relay: Relay;
  intervalMs: number;
  onError: (error: unknown) => void;
}

/**
 * Streams an agent's answer to those who watch the run and, when it will be a message, to the room as answers of turns
 * are.
 */
export function openNodeStream(
  { relay, intervalMs, onError }: NodeStreamOptions,
  { runId, roomId, nodeKey, part }: NodeStep,
  { agentId: id, name }: ActiveAgent,
  { messageId, attempt }: { messageId: string | undefined; attempt: number },
): DeltaStream {
  const tellRoom = async (event: (messageId: string) => ChannelEvent): Promise<void> => {
    if (roomId !== null && messageId !== undefined)
      await relay.publish(roomChannel(roomId), [event(messageId)]);
  };
  const announced = tellRoom((message) =>
    attempt === 1
      ? {
          type: 'turn.speaker',
          turnId: runId,
          messageId: message,
          author: { kind: 'agent', id, name },
        }
      : { type: 'message.reset', messageId: message, attempt },
  ).catch(onError);
  return createDeltaStream(
    async (index, text) => {
      await announced;
      await Promise.all([
        relay.publishEphemeral(runChannel(runId), {
          type: 'node.delta',
          ...{ nodeKey, part, attempt, index, text },
        }),
        tellRoom((message) => ({ type: 'message.delta', messageId: message, attempt, index, text })),
      ]);
    },
    intervalMs,
    onError,
  );
}

/** No message comes of what was streamed to the room. */
export async function voidMessage(
  { relay, onError }: NodeStreamOptions,
  { roomId }: NodeStep,
  messageId: string | undefined,
): Promise<void> {
  if (roomId === null || messageId === undefined) return;
  await relay.publish(roomChannel(roomId), [{ type: 'message.reset', messageId, attempt: 0 }]).catch(onError);
}
