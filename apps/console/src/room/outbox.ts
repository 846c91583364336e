/** A message of one's own that is not in the room yet. */
export interface Outgoing {
  /** Chosen here; sent again with the same id it is the same message. */
  readonly id: string;
  readonly text: string;
  /** Room member ids. */
  readonly mentions: readonly string[];
  readonly replyTo: string | null;
  /** `accepted`: the server has it safe. `failed`: it was refused, and waits for a decision. */
  readonly state: 'sending' | 'accepted' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
}

export type Outbox = readonly Outgoing[];

export const addOutgoing = (outbox: Outbox, message: Outgoing): Outbox =>
  outbox.some(({ id }) => id === message.id) ? outbox : [...outbox, message];

export const dropOutgoing = (outbox: Outbox, ids: ReadonlySet<string>): Outbox =>
  outbox.some(({ id }) => ids.has(id)) ? outbox.filter(({ id }) => !ids.has(id)) : outbox;

const change = (outbox: Outbox, id: string, to: (message: Outgoing) => Outgoing): Outbox =>
  outbox.map((message) => (message.id === id ? to(message) : message));

const withoutReason = (
  { id, text, mentions, replyTo }: Outgoing,
  state: 'sending' | 'accepted',
): Outgoing => ({
  id,
  text,
  mentions,
  replyTo,
  state,
});

export const acceptOutgoing = (outbox: Outbox, id: string): Outbox =>
  change(outbox, id, (message) => withoutReason(message, 'accepted'));

export const retryOutgoing = (outbox: Outbox, id: string): Outbox =>
  change(outbox, id, (message) => (message.state === 'failed' ? withoutReason(message, 'sending') : message));

/** An accepted message is safe, whatever is said about a second attempt. */
export const failOutgoing = (outbox: Outbox, id: string, reason: string): Outbox =>
  change(outbox, id, (message) =>
    message.state === 'accepted' ? message : { ...message, state: 'failed', reason },
  );

export const unsent = (outbox: Outbox): Outbox => outbox.filter(({ state }) => state === 'sending');
