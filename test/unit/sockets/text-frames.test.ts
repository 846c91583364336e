import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { encodeTextFrames } from '../../../apps/api/sockets/text-frames';

/** What a WebSocket client reads when the bytes are written to its connection. */
async function read(bytes: Buffer, count: number): Promise<string[]> {
  const webSockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, () => socket.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  const texts: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('message', (data: Buffer, isBinary: boolean) => {
      expect(isBinary).toBe(false);
      if (texts.push(data.toString()) === count) resolve();
    });
  });
  client.terminate();
  server.close();
  return texts;
}

test('a client reads back texts of every size class, and of more than one byte a character', async () => {
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];
  const texts = [...sizes.map((size) => 'x'.repeat(size)), 'ünï 🌱 \u2028', '€'.repeat(50)];
  expect(await read(encodeTextFrames(texts), texts.length)).toEqual(texts);
});
