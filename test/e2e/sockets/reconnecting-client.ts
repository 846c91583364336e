import { WebSocket } from 'ws';
import type { ServerFrame } from '../../../workflows/contracts/events';
import type { Person } from '../../support/people';
import { bearer } from './socket-fixture';

/** Follows a room's order of events as docs/websockets.md tells, over as many connections as it takes. */
export interface ReconnectingClient {
  /** Offsets of all events received, in the order of their arrival. */
  readonly offsets: number[];
  /** `recovered` of every hello. */
  readonly hellos: boolean[];
  /** Cuts the connection without a word; it comes back by itself. */
  drop(): void;
  close(): void;
}

/** @param url asked for each connection. */
export function follow(url: () => string, person: Person, roomId: string): ReconnectingClient {
  const offsets: number[] = [];
  const hellos: boolean[] = [];
  let position: { epoch: string; offset: number } | undefined;
  let closed = false;
  let ws: WebSocket;

  function take(frame: ServerFrame): void {
    if (frame.type === 'hello') {
      hellos.push(frame.recovered);
      if (position === undefined || !frame.recovered) position = frame;
      return;
    }
    if (!('offset' in frame) || !position) return;
    offsets.push(frame.offset);
    position = { ...position, offset: Math.max(position.offset, frame.offset) };
  }

  function open(): void {
    const query = position ? `?epoch=${position.epoch}&offset=${String(position.offset)}` : '';
    const socket = new WebSocket(`${url().replace('http', 'ws')}/ws/rooms/${roomId}${query}`, {
      headers: bearer(person),
    });
    ws = socket;
    socket.on('error', () => undefined);
    // What a terminated socket still had in its buffers was never seen by the client.
    socket.on('message', (data: Buffer) => {
      if (socket === ws && socket.readyState === WebSocket.OPEN)
        take(JSON.parse(data.toString()) as ServerFrame);
    });
    socket.on('close', () => {
      if (!closed) setTimeout(open, 5 + Math.random() * 40);
    });
  }

  open();
  return {
    offsets,
    hellos,
    drop: () => ws.terminate(),
    close: () => {
      closed = true;
      ws.close();
    },
  };
}
