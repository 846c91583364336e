import { connect, type Socket } from 'node:net';
import { timeMark, type CrowdResult } from './crowd-mark';
import { inLanes } from './flood';

/** Opens many sockets that only listen, away from the process that posts. Frames are not decoded beyond what is counted. */

interface CrowdOrder {
  sockets: { url: string; token: string }[];
}

const openAtOnce = 20;
const seqMark = Buffer.from('"seq":');
const textMark = Buffer.from(`"${timeMark}`);
const endOfHead = Buffer.from('\r\n\r\n');
const pingCode = 9;

const delays: number[] = [];
let outOfOrder = 0;
let lost = 0;

function openSocket({ url, token }: CrowdOrder['sockets'][number]): Promise<void> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  const head = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let opened = false;
    let rest: Buffer = Buffer.alloc(0);
    const seat = { lastSeq: 0 };
    socket.on('error', reject);
    socket.on('close', () => {
      lost += 1;
      reject(new Error('closed'));
    });
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!opened) {
        const end = rest.indexOf(endOfHead);
        if (end === -1) return;
        const status = rest.toString('latin1', 0, rest.indexOf('\r\n'));
        if (!status.includes(' 101 ')) reject(new Error(status));
        opened = true;
        rest = rest.subarray(end + endOfHead.length);
        resolve();
      }
      rest = readFrames(rest, socket, seat);
    });
  });
}

/** Reads whole frames and gives back what is left. Servers do not mask. */
function readFrames(bytes: Buffer, socket: Socket, seat: { lastSeq: number }): Buffer {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length - at < head) break;
    const size =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length - at < head + size) break;
    const payload = bytes.subarray(at + head, at + head + size);
    if (((bytes[at] ?? 0) & 0x0f) === pingCode) socket.write(pong(payload));
    else note(payload, seat);
    at += head + size;
  }
  return bytes.subarray(at);
}

/** Masked, as clients must, with a mask of zeros. */
const pong = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x8a, 0x80 | payload.length, 0, 0, 0, 0]), payload]);

function note(payload: Buffer, seat: { lastSeq: number }): void {
  const text = payload.indexOf(textMark);
  if (text === -1) return;
  const sent = digits(payload, text + textMark.length);
  delays.push(Number(process.hrtime.bigint()) / 1e6 - sent / 1e6);
  const seq = digits(payload, payload.indexOf(seqMark) + seqMark.length);
  if (seat.lastSeq !== 0 && seq !== seat.lastSeq + 1) outOfOrder += 1;
  seat.lastSeq = seq;
}

function digits(bytes: Buffer, from: number): number {
  let value = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

function result(): CrowdResult {
  const sorted = Float64Array.from(delays).sort();
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { received: sorted.length, outOfOrder, lost, p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}

/** Messages of the parent: an order opens the sockets, `report` asks for the result, `forget` drops what was measured. */
process.on('message', (message: CrowdOrder | 'report' | 'forget') => {
  if (message === 'report') process.send?.(result());
  else if (message === 'forget') delays.length = 0;
  else {
    inLanes(message.sockets.length, openAtOnce, (index) =>
      openSocket(message.sockets[index] ?? { url: '', token: '' }),
    )
      .then(() => process.send?.('opened'))
      .catch((error: unknown) => process.send?.(`failed: ${String(error)}`));
  }
});
