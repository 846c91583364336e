import type { ServerFrame } from '../../../../workflows/contracts/events';
import type { Client } from '../api/client';
import { ProblemError } from '../api/problem';
import { backoffMs } from '../socket/backoff';
import {
  createRoomConnection,
  type Access,
  type ConnectionStatus,
  type Socket,
  type SocketEvents,
} from '../socket/room-connection';
import type { Unsent } from '../storage/unsent';
import { createApprovalReading } from './approval-reading';
import { catchUp, readNewest, type Reading } from './catch-up';
import { hasOlder } from './message-log';
import type { Outbox, Outgoing } from './outbox';
import { reduceRoom } from './room-reducer';
import { initialRoom, isBehind, type RoomAction, type RoomState } from './room-state';
import { fitsFrame, mayRetry, sendFrame, createSending } from './sending';
import { createStore, type Store } from './store';
import { createTypingSignal } from './typing-signal';

export interface SessionView {
  readonly room: RoomState;
  readonly connection: ConnectionStatus;
  readonly loadingOlder: boolean;
  /** The first messages are there, and it is known which of them are new. */
  readonly loaded: boolean;
}

export interface RoomSession {
  readonly roomId: string;
  readonly view: Omit<Store<SessionView>, 'set'>;
  send(message: Pick<Outgoing, 'text' | 'mentions' | 'replyTo'>): void;
  retry(id: string): void;
  discard(id: string): void;
  typing(on: boolean): void;
  /** Messages up to this one were seen. */
  markRead(seq: number): void;
  cancelTurn(turnId: string): void;
  /** Reads an approval again, which may have changed. */
  checkApproval(approvalId: string): void;
  loadOlder(): Promise<void>;
  /** Nobody looks at the page, or somebody does again. */
  setAway(away: boolean): void;
  /** The network is back. */
  wake(): void;
  close(): void;
}

export interface RoomSessionOptions {
  roomId: string;
  me: { id: string };
  client: Reading['client'] & Pick<Client, 'approval' | 'refresh'>;
  /** @param query of the address: where to resume. */
  openSocket: (roomId: string, query: string, events: SocketEvents) => Socket;
  unsent: Unsent;
  newId: () => string;
  /** Something to tell the person. */
  notify: (text: string) => void;
  soon: (run: () => void) => void;
}

const olderPage = 100;
const tickMs = 1000;
/** Without a greeting by then, members and settings are read all the same. */
const greetingMs = 1500;

/** Brings together one room's socket, history, outbox and state, for as long as somebody looks at it. */
export function createRoomSession(options: RoomSessionOptions): RoomSession {
  const { roomId, me, client, unsent, newId, notify, soon } = options;
  const view = createStore<SessionView>(
    {
      room: initialRoom(me, unsent.messages()),
      connection: 'connecting',
      loadingOlder: false,
      loaded: false,
    },
    soon,
  );
  const sending = createSending();
  let closed = false;
  let catchingUp = false;
  let lastSent: string | null = null;
  const awaited = new Set(['messages', 'greeting']);

  const room = (): RoomState => view.get().room;
  const patch = (change: Partial<SessionView>): void => view.set({ ...view.get(), ...change });

  function dispatch(action: RoomAction): void {
    const before = room();
    const after = reduceRoom(before, action);
    if (after === before) return;
    if (after.outbox !== before.outbox) keepUnsent(before.outbox, after.outbox);
    patch({ room: after });
    if (after.ended !== null) close();
    else {
      if (isBehind(after)) void readWhatWasMissed();
      readApprovals();
    }
  }

  function keepUnsent(before: Outbox, after: Outbox): void {
    for (const message of after) {
      if (message.state === 'accepted') unsent.forget(message.id);
      else if (!before.includes(message)) unsent.keep(message);
    }
    for (const { id } of before) if (!after.some((message) => message.id === id)) unsent.forget(id);
  }

  /** What the first look needs has come. */
  function arrived(what: 'messages' | 'greeting'): void {
    awaited.delete(what);
    if (awaited.size === 0) patch({ loaded: true });
  }

  const reading: Reading = { client, roomId, state: room, dispatch };
  const readApprovals = createApprovalReading({
    client,
    approvals: () => room().approvals,
    dispatch,
    isClosed: () => closed,
  });

  /** Goes on until everything is there; between attempts that fail it waits ever longer. */
  async function readWhatWasMissed(): Promise<void> {
    if (catchingUp) return;
    catchingUp = true;
    for (let attempt = 0; !closed && (isBehind(room()) || attempt === 0); attempt += 1) {
      try {
        await catchUp(reading);
        patch({ loaded: true });
      } catch (error) {
        if (leaveIfRefused(error)) break;
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt + 1, Math.random())));
      }
    }
    catchingUp = false;
  }

  function leaveIfRefused(error: unknown): boolean {
    if (!(error instanceof ProblemError)) return false;
    if (error.status === 404 || error.status === 403) dispatch({ type: 'ended', how: 'removed' });
    return error.status === 404 || error.status === 403 || error.status === 401;
  }

  async function checkAccess(refreshFirst: boolean): Promise<Access> {
    try {
      if (refreshFirst) await client.refresh();
      const { role } = await client.room(roomId);
      return role === null ? 'removed' : 'allowed';
    } catch (error) {
      if (!(error instanceof ProblemError)) return 'unreachable';
      if (error.status === 401) return 'signed-out';
      return error.status === 404 || error.status === 403 ? 'removed' : 'unreachable';
    }
  }

  function receive(frame: ServerFrame): void {
    dispatch({ type: 'frame', frame, at: Date.now() });
    if (frame.type === 'hello') {
      arrived('greeting');
      sending.restart();
      flush();
      if (room().readSeq > frame.readSeq) connection.send({ type: 'read', seq: room().readSeq });
    }
    if (frame.type === 'error') refused(frame);
  }

  function refused({ id, code, detail }: Extract<ServerFrame, { type: 'error' }>): void {
    if (id === undefined) notify(detail);
    else if (mayRetry(code)) sending.postpone(id, Date.now());
    else dispatch({ type: 'failed', id, reason: detail });
  }

  function flush(): void {
    for (const message of sending.due(room().outbox, Date.now())) {
      if (!connection.send(sendFrame(message))) return;
      lastSent = message.id;
    }
  }

  const connection = createRoomConnection({
    connect: (events) => {
      const { position } = room();
      const query =
        position === null ? '' : `?epoch=${encodeURIComponent(position.epoch)}&offset=${position.offset}`;
      return options.openSocket(roomId, query, events);
    },
    onFrame: receive,
    onStatus: (status) => patch({ connection: status }),
    onClose: (code) => {
      if (code === 4413 && lastSent !== null)
        dispatch({ type: 'failed', id: lastSent, reason: 'The message is too large.' });
    },
    onLeft: (how) => dispatch({ type: 'ended', how }),
    checkAccess,
  });
  const typing = createTypingSignal((on) => void connection.send({ type: 'typing', on }));

  const ticking = setInterval(() => {
    dispatch({ type: 'tick', at: Date.now() });
    if (view.get().connection === 'open') flush();
  }, tickMs);
  const firstReading = setTimeout(() => void readWhatWasMissed(), greetingMs);
  readNewest(reading)
    .then(() => arrived('messages'))
    // What was missed is read with the greeting, or soon without it, and until it works.
    .catch(leaveIfRefused);

  function close(): void {
    if (closed) return;
    closed = true;
    typing.stop();
    clearInterval(ticking);
    clearTimeout(firstReading);
    connection.close();
  }

  return {
    roomId,
    view,
    send({ text, mentions, replyTo }) {
      const message: Outgoing = { id: newId(), text, mentions, replyTo, state: 'sending' };
      typing.stop();
      dispatch({ type: 'queue', message });
      if (!fitsFrame(message))
        dispatch({ type: 'failed', id: message.id, reason: 'The message is too large.' });
      flush();
    },
    retry(id) {
      dispatch({ type: 'retry', id });
      flush();
    },
    discard: (id) => dispatch({ type: 'discard', id }),
    typing: (on) => typing.set(on),
    markRead(seq) {
      if (seq <= room().readSeq) return;
      dispatch({ type: 'read', seq });
      connection.send({ type: 'read', seq });
    },
    cancelTurn: (turnId) => void connection.send({ type: 'cancel', turnId }),
    checkApproval: (approvalId) => dispatch({ type: 'approval-told', approvalId }),
    async loadOlder() {
      const { room: now, loadingOlder } = view.get();
      const before = now.log.items[0]?.seq;
      if (loadingOlder || before === undefined || !hasOlder(now.log)) return;
      patch({ loadingOlder: true });
      try {
        dispatch({ type: 'history', items: await client.messages(roomId, { before, limit: olderPage }) });
      } finally {
        patch({ loadingOlder: false });
      }
    },
    setAway: (away) => dispatch({ type: 'away', away }),
    wake: () => connection.wake(),
    close,
  };
}
