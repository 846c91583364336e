import { roomChannel } from '../../../infra/relay/relay';
import type { ClientFrame } from '../../../workflows/contracts/events';
import { fromInfra } from '../http/infra-errors';
import type { ApiServices } from '../http/services';
import type { Identity } from '../identity/identity';
import { authorise, type RoomScope } from '../identity/permissions';
import { markRead } from '../rooms/mark-read';
import type { MessagePost } from '../rooms/post-message';
import { createReadMarks } from './read-marks';
import type { SocketWriter } from './socket-writer';
import { createTyping } from './typing';

export type FrameServices = Pick<ApiServices, 'database' | 'relay' | 'rooms' | 'logger'>;

export interface FrameHandlers {
  handle(frame: ClientFrame): void;
  forgetAccess(): void;
  /** Resolves when every message has its answer. */
  idle(): Promise<unknown>;
  end(): void;
}

/** How long a sender's place in the room is taken as known, in milliseconds. Changes told to the room count at once. */
const accessMs = 2000;

type Send = Extract<ClientFrame, { type: 'send' }>;

/** What one connection's frames do. A frame that fails is answered by `error`; it never closes the connection. */
export function createFrameHandlers(
  { database, relay, rooms, logger }: FrameServices,
  post: MessagePost,
  { roomId, identity, writer }: { roomId: string; identity: () => Identity; writer: SocketWriter },
): FrameHandlers {
  let access: { at: number; scope: Promise<RoomScope> } | null = null;
  /** Messages are handed over in the order they came, whichever is checked first. */
  let order: Promise<unknown> = Promise.resolve();
  const unanswered = new Set<Promise<void>>();

  /** What the client said last: a message sent meanwhile ends it. */
  let writes = false;
  const typing = createTyping((on) => {
    const { userId, name } = identity();
    relay
      .publishEphemeral(roomChannel(roomId), { type: 'typing', userId, name, on })
      .catch((error: unknown) => {
        logger.debug({ err: error, roomId }, 'Typing not told');
      });
  });

  const reads = createReadMarks((seq) =>
    whenAllowed(() => markRead({ database, relay, logger }, roomId, identity().userId, seq)),
  );

  function mayWrite(): Promise<RoomScope> {
    if (access === null || performance.now() - access.at > accessMs) {
      const asked = {
        at: performance.now(),
        scope: authorise(database, identity(), 'room:write', { roomId }),
      };
      access = asked;
      asked.scope.catch(() => {
        if (access === asked) access = null;
      });
    }
    return access.scope;
  }

  function fail(error: unknown, id?: string): void {
    const known = fromInfra(error);
    if (known === null) logger.error({ err: error, roomId }, 'frame failed');
    writer.reply({
      type: 'error',
      code: known?.code ?? 'internal_error',
      detail: known?.message ?? 'Something went wrong here. The log has the details.',
      ...(id === undefined ? {} : { id }),
    });
  }

  function send({ id, text, mentions = [], replyTo }: Send): void {
    const message = { id, text, mentions, replyTo: replyTo ?? null };
    const checked = mayWrite()
      .then((scope) => post.check(scope, identity(), message))
      .then(
        (ready) => ({ ready }),
        (error: unknown) => ({ error }),
      );
    order = order.then(async () => {
      const outcome = await checked;
      if ('error' in outcome) fail(outcome.error, id);
      else track(submit(id, () => post.submit(outcome.ready)));
    });
  }

  async function submit(id: string, hand: () => ReturnType<MessagePost['submit']>): Promise<void> {
    try {
      const { turnId } = await hand();
      writer.reply({ type: 'accepted', id, turnId });
    } catch (error) {
      fail(error, id);
    }
  }

  function track(answer: Promise<void>): void {
    unanswered.add(answer);
    void answer.finally(() => unanswered.delete(answer));
  }

  async function whenAllowed(action: () => unknown): Promise<void> {
    try {
      await mayWrite();
      await action();
    } catch (error) {
      fail(error);
    }
  }

  return {
    handle(frame) {
      switch (frame.type) {
        case 'send':
          writes = false;
          typing.set(false);
          send(frame);
          break;
        case 'typing':
          writes = frame.on;
          void whenAllowed(() => typing.set(writes));
          break;
        case 'read':
          reads.set(frame.seq);
          break;
        case 'cancel':
          void whenAllowed(() => rooms.cancelTurn(roomId, { turnId: frame.turnId, by: identity().name }));
          break;
        case 'ping':
          writer.reply({ type: 'pong' });
          break;
      }
    },
    forgetAccess() {
      access = null;
    },
    async idle() {
      await order;
      await Promise.all(unanswered);
    },
    end() {
      typing.end();
      reads.end();
    },
  };
}
