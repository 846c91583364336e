import type { Outbox, Outgoing } from '../room/outbox';
import { prefix, tryToStore, type KeyValue } from './key-value';

/** What one person has typed in one room and nobody has received yet. It survives a closed page. */
export interface Unsent {
  /** Messages that were sent off but not accepted, oldest first. */
  messages(): Outbox;
  keep(message: Outgoing): void;
  forget(messageId: string): void;
  draft(): string;
  keepDraft(text: string): void;
}

interface Kept {
  at: number;
  message: Outgoing;
}

/** One entry a message, so that two tabs do not overwrite each other's. */
export function createUnsent(storage: KeyValue, userId: string, roomId: string): Unsent {
  const outbox = `${prefix}outbox.${userId}.${roomId}.`;
  const draft = `${prefix}draft.${userId}.${roomId}`;

  function read(key: string): Kept[] {
    try {
      return [JSON.parse(storage.getItem(key) ?? '') as Kept];
    } catch {
      // Not written by this page.
      return [];
    }
  }

  return {
    messages() {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
      return keys
        .filter((key) => key.startsWith(outbox))
        .flatMap(read)
        .sort((a, b) => a.at - b.at)
        .map(({ message }) => message);
    },
    keep: (message) => tryToStore(storage, outbox + message.id, JSON.stringify({ at: Date.now(), message })),
    forget: (messageId) => storage.removeItem(outbox + messageId),
    draft: () => storage.getItem(draft) ?? '',
    keepDraft(text) {
      if (text === '') storage.removeItem(draft);
      else tryToStore(storage, draft, text);
    },
  };
}
