import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { closeCodes, type SocketReply } from '../../../workflows/contracts/events';
import { encodeTextFrames } from './text-frames';

/** The sending side of one WebSocket. */
export interface SocketWriter {
  readonly reply: (frame: SocketReply) => void;
  /** Writes encoded frames. A socket that has too much unsent is closed instead (4409). */
  readonly write: (bytes: Buffer) => void;
  readonly close: (code: number, reason: string) => void;
}

/** How long a peer may take to answer the close, in milliseconds. */
const closeMs = 5000;

/**
 * All text goes to the connection below as ready frames, so that one encoding serves every socket; `ws` itself sends
 * only control frames, which it writes at once, so the order is that of the calls.
 * @param connection the network connection that `ws` was made from.
 * @param maxBuffered most unsent bytes, those of the frame under way not counted.
 */
export function createSocketWriter(ws: WebSocket, connection: Duplex, maxBuffered: number): SocketWriter {
  function close(code: number, reason: string): void {
    if (ws.readyState !== WebSocket.OPEN) return;
    ws.close(code, reason);
    // A socket that is held back would not see the peer's answer.
    ws.resume();
    const timer = setTimeout(() => ws.terminate(), closeMs);
    ws.once('close', () => clearTimeout(timer));
  }

  function write(bytes: Buffer): void {
    if (ws.readyState !== WebSocket.OPEN) return;
    if (connection.writableLength > maxBuffered) close(closeCodes.tooSlow, 'Too slow');
    else connection.write(bytes);
  }

  return { write, close, reply: (frame) => write(encodeTextFrames([JSON.stringify(frame)])) };
}
