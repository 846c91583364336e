import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { ClientFrame, MessageView, ServerFrame } from '../../workflows/contracts/events';
import { eventually } from './eventually';
import { allMessages, type Person } from './people';

/** A chat client as docs/websockets.md describes it: resumes, falls back to history, sends again until accepted. */
export class RoomSocket {
  /** Every frame received, over all connections. */
  readonly frames: ServerFrame[] = [];
  /** Messages as this client shows them, by arrival. */
  readonly messages: MessageView[] = [];
  /** Close codes seen. */
  readonly closes: number[] = [];
  /** Answers to `send`, by message id. */
  readonly accepted = new Map<string, string | null>();
  recoveries = { resumed: 0, history: 0 };

  private socket: WebSocket | undefined;
  private position: { epoch: string; offset: number } | undefined;
  private readonly unaccepted = new Map<string, ClientFrame>();
  private closed = false;
  private catchingUp: Promise<void> = Promise.resolve();

  /** Those not closed yet: a test that fails leaves its own open. */
  private static readonly living = new Set<RoomSocket>();

  static closeAll(): void {
    for (const socket of RoomSocket.living) socket.close();
  }

  private constructor(
    /** Asked at each connection, since a restarted API may have another address. */
    private readonly url: () => string,
    private readonly person: Person,
    readonly roomId: string,
    private readonly reconnect: boolean,
  ) {}

  static async open(
    apiUrl: string | (() => string),
    person: Person,
    roomId: string,
    { reconnect = true } = {},
  ): Promise<RoomSocket> {
    const url = typeof apiUrl === 'string' ? (): string => apiUrl : apiUrl;
    const client = new RoomSocket(url, person, roomId, reconnect);
    RoomSocket.living.add(client);
    client.connect();
    await client.next('hello');
    return client;
  }

  /** Sends a message, again after each reconnect until it is accepted. Returns its id. */
  send(text: string, more: { mentions?: string[]; id?: string } = {}): string {
    const id = more.id ?? randomUUID();
    const frame: ClientFrame = {
      type: 'send',
      id,
      text,
      ...(more.mentions ? { mentions: more.mentions } : {}),
    };
    this.unaccepted.set(id, frame);
    this.write(frame);
    return id;
  }

  write(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** The first frame of a type (that satisfies `which`), now or later. */
  next<Type extends ServerFrame['type']>(
    type: Type,
    which: (frame: Extract<ServerFrame, { type: Type }>) => boolean = () => true,
    seconds = 40,
  ): Promise<Extract<ServerFrame, { type: Type }>> {
    const matches = (frame: ServerFrame): frame is Extract<ServerFrame, { type: Type }> =>
      frame.type === type && which(frame as Extract<ServerFrame, { type: Type }>);
    return eventually(`${this.person.name}: ${type}`, () => this.frames.find(matches), seconds);
  }

  /** Cuts the connection as a failing network would; reconnects by itself unless told otherwise. */
  drop(): void {
    this.socket?.terminate();
  }

  close(): void {
    this.closed = true;
    RoomSocket.living.delete(this);
    this.socket?.close();
  }

  private connect(): void {
    if (this.closed) return;
    const query = this.position ? `?epoch=${this.position.epoch}&offset=${String(this.position.offset)}` : '';
    const address = `${this.url().replace('http', 'ws')}/ws/rooms/${this.roomId}${query}`;
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${this.person.token}` } });
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.receive(JSON.parse(data.toString()) as ServerFrame));
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.closes.push(code);
      if (this.reconnect && !this.closed) setTimeout(() => this.connect(), 100 + Math.random() * 100);
    });
  }

  private receive(frame: ServerFrame): void {
    this.frames.push(frame);
    if (frame.type === 'hello') {
      const fresh = this.position === undefined;
      if (!fresh && frame.recovered) this.recoveries.resumed += 1;
      if (!frame.recovered) {
        this.recoveries.history += 1;
        this.readHistory();
      }
      if (fresh || !frame.recovered) this.position = { epoch: frame.epoch, offset: frame.offset };
      for (const pending of this.unaccepted.values()) this.write(pending);
    }
    if (frame.type === 'accepted') {
      this.unaccepted.delete(frame.id);
      this.accepted.set(frame.id, frame.turnId);
    }
    if (frame.type === 'error' && frame.id !== undefined) {
      const pending = this.unaccepted.get(frame.id);
      if (pending && frame.code.endsWith('unavailable')) setTimeout(() => this.write(pending), 300);
    }
    if (!('offset' in frame) || frame.type === 'hello') return;
    if (this.position) this.position.offset = Math.max(this.position.offset, frame.offset);
    if (frame.type === 'message.created') this.show(frame.message);
  }

  private show(message: MessageView): void {
    if (this.messages.some(({ seq }) => seq === message.seq)) return;
    this.messages.push(message);
    this.messages.sort((a, b) => a.seq - b.seq);
  }

  private readHistory(): void {
    this.catchingUp = this.catchingUp.then(async () => {
      const history = await eventually('history', () => allMessages(this.person, this.roomId), 60);
      for (const message of history) this.show(message as MessageView);
    });
  }
}
