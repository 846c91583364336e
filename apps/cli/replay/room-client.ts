import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { closeCodes, type ClientFrame, type ServerFrame } from '../../../workflows/contracts/events';
import type { Account } from './account';
import { createPacer } from './pacer';

export interface OutgoingMessage {
  /** UUID. */
  id: string;
  text: string;
  /** Room member ids. */
  mentions: string[];
}

/** A message as a client got it. */
export interface Arrival {
  id: string;
  seq: number;
}

export interface RoomClient {
  /** seq of the room's newest message when the client came: everything after it should arrive. */
  readonly since: number;
  /** Messages in the order in which they arrived. */
  readonly arrivals: readonly Arrival[];
  /** How often the connection was lost and opened again. */
  readonly reconnects: number;
  /**
   * Sends a message, again after a broken connection and while the API is too busy.
   * @returns the id of the turn that it starts, null for none.
   * @throws when it is refused, or when the connection is lost for good.
   */
  send(message: OutgoingMessage): Promise<string | null>;
  close(): void;
}

export interface RoomClientOptions {
  /** Base URL of the API. */
  apiUrl: string;
  account: Account;
  roomId: string;
  /** Most frames sent in a second. Default 40: the API's own limit is 50. */
  framesPerSecond?: number;
  /** Every frame, with the time it came (`performance.now()`), but for messages that were read from history. */
  onFrame?: (frame: ServerFrame, at: number) => void;
}

interface Pending {
  frame: ClientFrame;
  resolve: (turnId: string | null) => void;
  reject: (error: unknown) => void;
}

/** For how long a lost connection is opened again, in milliseconds. */
const patienceMs = 60_000;
const retryMs = 250;
/** Answers that stay the same however often one asks. */
const finalCodes: readonly number[] = [closeCodes.notAMember, closeCodes.roomGone];
const finalStatuses = [403, 404];
const historyPage = 200;

/** Refusals of a message that another attempt may overcome, with the time to wait for it, in milliseconds. */
function waitFor(code: string): number | undefined {
  if (code === 'rate_limited') return 2000;
  return code.endsWith('_unavailable') || ['overloaded', 'turn_in_progress'].includes(code) ? 500 : undefined;
}

/**
 * One person's WebSocket of a room. Resumes after a broken connection, and reads history where that is not enough.
 * Resolves once it is in the room.
 */
export function openRoomClient(options: RoomClientOptions): Promise<RoomClient> {
  return new Promise((resolve, reject) => {
    const client = new Client(options, () => resolve(client), reject);
    client.connect();
  });
}

class Client implements RoomClient {
  since = 0;
  readonly arrivals: Arrival[] = [];
  reconnects = 0;

  private readonly unaccepted = new Map<string, Pending>();
  private readonly pace: () => Promise<void>;
  private socket: WebSocket | undefined;
  private position: { epoch: string; offset: number } | undefined;
  private lastSeq = 0;
  /** Up to where history was read. */
  private readTo = 0;
  private closed = false;
  /** When the connection was lost; undefined: it stands. */
  private lostAt: number | undefined = performance.now();
  /** Messages that came while history is being read; null: none is. */
  private held: Arrival[] | null = null;
  /** How often history has yet to be read; one time after the other. */
  private readsLeft = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: RoomClientOptions,
    private readonly onOpen: () => void,
    private readonly onFail: (error: unknown) => void,
  ) {
    this.pace = createPacer(options.framesPerSecond ?? 40);
  }

  connect(): void {
    void this.dial().catch((error: unknown) => this.fail(error));
  }

  send(message: OutgoingMessage): Promise<string | null> {
    return new Promise((resolve, reject) => {
      const frame: ClientFrame = { type: 'send', ...message };
      if (this.closed) {
        reject(new Error('The connection is closed.'));
        return;
      }
      this.unaccepted.set(message.id, { frame, resolve, reject });
      this.write(frame);
    });
  }

  close(): void {
    this.closed = true;
    this.socket?.close();
  }

  private async dial(): Promise<void> {
    const { apiUrl, account, roomId } = this.options;
    const token = await account.token();
    if (this.closed) return;
    const resume = this.position
      ? `?epoch=${encodeURIComponent(this.position.epoch)}&offset=${this.position.offset}`
      : '';
    const socket = new WebSocket(`${apiUrl.replace(/^http/, 'ws')}/ws/rooms/${roomId}${resume}`, {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    this.socket = socket;
    let retryInMs = retryMs;
    socket.on('message', (data: Buffer) => {
      this.receive(JSON.parse(data.toString()) as ServerFrame, performance.now());
    });
    socket.on('unexpected-response', (_request, { statusCode = 0, headers }) => {
      if (finalStatuses.includes(statusCode))
        this.fail(new Error(`The WebSocket was refused: ${statusCode}.`));
      retryInMs = Number(headers['retry-after'] ?? 0) * 1000 || retryMs;
      socket.terminate();
    });
    // Every error is followed by a close.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => this.onClose(code, reason.toString(), retryInMs));
  }

  private onClose(code: number, reason: string, retryInMs: number): void {
    if (this.closed) return;
    if (finalCodes.includes(code)) {
      this.fail(new Error(`The WebSocket was closed: ${code} ${reason}`));
      return;
    }
    this.lostAt ??= performance.now();
    if (performance.now() - this.lostAt > patienceMs) {
      this.fail(new Error(`The WebSocket could not be opened again: ${code} ${reason}`));
      return;
    }
    this.reconnects += 1;
    setTimeout(() => this.connect(), retryInMs);
  }

  private fail(error: unknown): void {
    this.closed = true;
    this.socket?.terminate();
    for (const { reject } of this.unaccepted.values()) reject(error);
    this.unaccepted.clear();
    this.onFail(error);
  }

  private write(frame: ClientFrame): void {
    void this.pace().then(() => {
      if (this.socket?.readyState === WebSocket.OPEN && this.lostAt === undefined) {
        this.socket.send(JSON.stringify(frame));
      }
    });
  }

  private receive(frame: ServerFrame, at: number): void {
    if (frame.type === 'hello') this.onHello(frame);
    if (frame.type === 'error') this.onError(frame);
    if (frame.type === 'message.created') this.onMessage(frame.message);
    if (frame.type === 'accepted') {
      this.unaccepted.get(frame.id)?.resolve(frame.turnId);
      this.unaccepted.delete(frame.id);
    }
    if ('offset' in frame && frame.type !== 'hello' && this.position) this.position.offset = frame.offset;
    this.options.onFrame?.(frame, at);
  }

  private onMessage({ id, seq }: Arrival): void {
    if (this.held) this.held.push({ id, seq });
    else this.takeNew([{ id, seq }]);
  }

  private onHello({ epoch, offset, recovered, lastSeq }: Extract<ServerFrame, { type: 'hello' }>): void {
    const fresh = this.position === undefined;
    if (fresh) this.since = this.lastSeq = lastSeq;
    if (fresh || !recovered) {
      this.position = { epoch, offset };
      this.held ??= [];
      this.readsLeft += 1;
      this.reading = this.reading
        .then(() => this.readHistory(fresh))
        .catch((error: unknown) => this.fail(error));
    }
    this.lostAt = undefined;
    for (const { frame } of this.unaccepted.values()) this.write(frame);
  }

  /** What was stored before the channel's position and not delivered; then what came meanwhile. */
  private async readHistory(fresh: boolean): Promise<void> {
    const { account, roomId } = this.options;
    for (;;) {
      const { items } = await account.call<{ items: Arrival[] }>(
        'GET',
        `/rooms/${roomId}/messages?after=${this.lastSeq}&limit=${historyPage}`,
      );
      this.take(items);
      if (items.length < historyPage) break;
    }
    this.readTo = this.lastSeq;
    if (fresh) this.onOpen();
    this.readsLeft -= 1;
    if (this.readsLeft > 0) return;
    const held = this.held ?? [];
    this.held = null;
    this.takeNew(held);
  }

  /** Those that history has not had. */
  private takeNew(arrivals: readonly Arrival[]): void {
    this.take(arrivals.filter(({ seq }) => seq > this.readTo));
  }

  private take(arrivals: readonly Arrival[]): void {
    this.arrivals.push(...arrivals.map(({ id, seq }) => ({ id, seq })));
    this.lastSeq = arrivals.at(-1)?.seq ?? this.lastSeq;
  }

  private onError({ code, detail, id }: Extract<ServerFrame, { type: 'error' }>): void {
    const pending = id === undefined ? undefined : this.unaccepted.get(id);
    if (id === undefined || !pending) return;
    const waitMs = waitFor(code);
    if (waitMs === undefined) {
      this.unaccepted.delete(id);
      pending.reject(new Error(`The message was refused: ${code}. ${detail}`));
      return;
    }
    void sleep(waitMs).then(() => {
      if (this.unaccepted.has(id)) this.write(pending.frame);
    });
  }
}
