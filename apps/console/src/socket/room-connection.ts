import type { ClientFrame, ServerFrame } from '../../../../workflows/contracts/events';
import { afterClose } from './after-close';
import { backoffMs } from './backoff';

export interface Socket {
  /** Messages can be sent now. */
  isOpen(): boolean;
  send(data: string): void;
  close(): void;
}

/** What happens on a socket; nothing before `connect` has returned it. */
export interface SocketEvents {
  onMessage: (data: unknown) => void;
  onClose: (code: number) => void;
}

/** `waiting`: for the next attempt. */
export type ConnectionStatus = 'connecting' | 'open' | 'waiting' | 'closed';

export type Access = 'allowed' | 'removed' | 'deleted' | 'signed-out' | 'unreachable';

export interface RoomConnectionOptions {
  /** Opens a socket that resumes where the client is now. */
  connect: (events: SocketEvents) => Socket;
  onFrame: (frame: ServerFrame) => void;
  onStatus: (status: ConnectionStatus) => void;
  /** The connection has ended with this code; it may be made again. */
  onClose: (code: number) => void;
  /** The room is closed to us for good; no more attempts are made. */
  onLeft: (how: 'removed' | 'deleted') => void;
  /** Gets a new identity if asked to, and finds out whether the room may be entered. */
  checkAccess: (refreshFirst: boolean) => Promise<Access>;
  random?: () => number;
}

export interface RoomConnection {
  /** @returns false when there is no connection; nothing is queued. */
  send(frame: ClientFrame): boolean;
  /** The network is back, or somebody looks at the page again: do not wait any longer, and check that the server is there. */
  wake(): void;
  close(): void;
}

const pingMs = 25_000;
/** An open connection from which nothing comes for so long after a ping is dead. */
const silenceMs = 10_000;
/** A server that takes the connection greets at once, except while it waits for Redis. */
const greetingMs = 15_000;

/** Keeps a WebSocket of a room open until it is closed or the room is left. */
export function createRoomConnection(options: RoomConnectionOptions): RoomConnection {
  const { connect, onFrame, onStatus, onClose, onLeft, checkAccess, random = Math.random } = options;
  let socket: Socket | null = null;
  let greeted = false;
  let attempt = 0;
  let ended = false;
  let reconnecting: ReturnType<typeof setTimeout> | undefined;
  let pinging: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    clearTimeout(reconnecting);
    reconnecting = undefined;
    onStatus('connecting');
    greeted = false;
    const opened = connect({
      onMessage: (data) => {
        if (socket === opened && typeof data === 'string') receive(JSON.parse(data) as ServerFrame);
      },
      onClose: (code) => {
        if (socket === opened) lost(code);
      },
    });
    socket = opened;
    expectFrameWithin(greetingMs);
  }

  function receive(frame: ServerFrame): void {
    clearTimeout(silence);
    silence = undefined;
    pingIn(pingMs);
    if (frame.type === 'hello') {
      greeted = true;
      attempt = 0;
      onFrame(frame);
      onStatus('open');
      return;
    }
    onFrame(frame);
  }

  function lost(code: number): void {
    quiet();
    socket = null;
    const wasGreeted = greeted;
    greeted = false;
    onClose(code);
    if (ended) return;
    onStatus('waiting');
    const after = afterClose(code, wasGreeted);
    if (after.next === 'leave') leave(after.how);
    else if (after.next === 'reconnect') reconnect(after.waitMs);
    else void ask(after.next === 'refresh');
  }

  async function ask(refreshFirst: boolean): Promise<void> {
    const access = await checkAccess(refreshFirst);
    if (ended || socket !== null) return;
    if (access === 'removed' || access === 'deleted') leave(access);
    else if (access === 'signed-out') close();
    else reconnect(0);
  }

  function reconnect(atLeastMs: number): void {
    clearTimeout(reconnecting);
    reconnecting = setTimeout(open, Math.max(atLeastMs, backoffMs(attempt, random())));
    attempt += 1;
  }

  function leave(how: 'removed' | 'deleted'): void {
    close();
    onLeft(how);
  }

  function pingIn(ms: number): void {
    clearTimeout(pinging);
    pinging = setTimeout(() => {
      if (!write({ type: 'ping' })) return;
      expectFrameWithin(silenceMs);
    }, ms);
  }

  function expectFrameWithin(ms: number): void {
    clearTimeout(silence);
    silence = setTimeout(() => {
      // A dead connection may take minutes to close by itself.
      const dead = socket;
      if (dead === null) return;
      lost(1006);
      dead.close();
    }, ms);
  }

  function quiet(): void {
    clearTimeout(pinging);
    clearTimeout(silence);
    silence = undefined;
  }

  function write(frame: ClientFrame): boolean {
    if (!greeted || socket?.isOpen() !== true) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function close(): void {
    if (ended) return;
    ended = true;
    clearTimeout(reconnecting);
    quiet();
    socket?.close();
    socket = null;
    onStatus('closed');
  }

  open();
  return {
    send: write,
    wake() {
      if (ended) return;
      if (reconnecting !== undefined) {
        attempt = 0;
        open();
      } else if (greeted && silence === undefined) pingIn(0);
    },
    close,
  };
}
