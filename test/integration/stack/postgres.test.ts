import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { RunningServer } from '../../../infra/stack/embedded-server';
import { anyFreePort } from '../../../infra/stack/ports';
import { createPostgres } from '../../../infra/stack/postgres';

jest.setTimeout(180_000);

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

describe('the embedded Postgres', () => {
  let dataDir: string;
  let running: RunningServer | undefined;
  const start = async (): Promise<RunningServer> => {
    const port = await anyFreePort();
    const server = createPostgres({ dataDir, port, environment: process.env, unsafeFast: true });
    return (running = await server.start(() => undefined));
  };
  beforeAll(() => (dataDir = mkdtempSync(join(tmpdir(), 'coagent-postgres-'))));
  afterEach(() => running?.stop());
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps what was committed when it is killed, and starts again at once', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept (n int)');
    await query(first.url, 'INSERT INTO kept VALUES (1), (2)');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const second = await start();
    expect(await query(second.url, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('starts although postmaster.pid of a killed server names a process that has nothing to do with it', async () => {
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    const server = await start();
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    await server.stop();
    writeFileSync(pidFile, [process.ppid, ...rest].join('\n'));
    const again = await start();
    expect(await query(again.url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 2 }]);
  });

  it('does not start on a port that another program has, whose answers would be taken for its own', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const server = createPostgres({ dataDir, port, environment: process.env, unsafeFast: true });
    await expect(server.start(() => undefined)).rejects.toThrow(`Port ${port} is in use`);
    other.close();
  });

  it('lets nobody in without its password', async () => {
    const { url } = await start();
    const stranger = new URL(url);
    stranger.password = 'postgres';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });
});
