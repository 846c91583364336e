import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';

/** Sends everything that Redis publishes for rooms to every socket. Usage: fan-out-server.ts REDIS_URL */
function main([redisUrl = '']: string[]): void {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const redis = new Redis(redisUrl);
  void redis.psubscribe('bare:*');
  redis.on('pmessage', (_pattern: string, _channel: string, payload: string) => {
    for (const client of server.clients) client.send(payload);
  });
  server.on('listening', () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
  });
}

main(process.argv.slice(2));
