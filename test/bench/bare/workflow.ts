import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { BareActivities } from './activities';

export interface BareMessage {
  id: string;
  text: string;
  /** Asks the agent for an answer. */
  asks: boolean;
}

const { append } = proxyLocalActivities<BareActivities>({ startToCloseTimeout: '10s' });
const { answer } = proxyActivities<BareActivities>({ startToCloseTimeout: '1m', heartbeatTimeout: '5s' });

const post = defineSignal<[BareMessage]>('post');

/** The least that a durable room can be. */
export async function bareRoom(roomId: string, lastSeq: number): Promise<void> {
  const inbox: BareMessage[] = [];
  let seq = lastSeq;
  setHandler(post, (message) => void inbox.push(message));
  for (;;) {
    await condition(() => inbox.length > 0 || workflowInfo().continueAsNewSuggested);
    const message = inbox.shift();
    if (!message) return continueAsNew<typeof bareRoom>(roomId, seq);
    const { id, text, asks } = message;
    await append({ roomId, seq: (seq += 1), id, author: 'person', text });
    if (!asks) continue;
    const reply = await answer(roomId, text);
    await append({ roomId, seq: (seq += 1), id: uuid4(), author: 'agent', text: reply });
  }
}
