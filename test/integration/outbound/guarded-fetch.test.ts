import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  createGuardedFetch,
  type GuardedFetch,
  type OutboundRequest,
} from '../../../infra/outbound/guarded-fetch';
import { startOtherServer, type OtherServer } from '../../support/http-server';

const guards: GuardedFetch[] = [];
const sockets: { stop: () => void }[] = [];
afterAll(async () => {
  await Promise.all(guards.map((guard) => guard.close()));
  for (const { stop } of sockets) stop();
});

function guardOf(...allowed: string[]): GuardedFetch {
  const guard = createGuardedFetch(allowed);
  guards.push(guard);
  return guard;
}

const strict = guardOf();
const here = guardOf('127.0.0.1/32');
const get: OutboundRequest = { method: 'GET', timeoutMs: 30_000 };

/** A server that says these bytes to everybody, whatever they ask. */
async function startSpeaker(speak: (socket: Socket) => void): Promise<string> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => speak(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sockets.push({
    stop: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
}

describe('an address that is not public', () => {
  let other: OtherServer;
  beforeAll(async () => {
    other = await startOtherServer();
  });

  it.each([
    ...[
      '127.0.0.1',
      '127.9.9.9',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0x7f.1',
      '0',
      '0.0.0.0',
    ],
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      '100.100.100.200',
      '198.18.0.1',
      '192.0.0.192',
    ],
    ...['169.254.169.254', '168.63.129.16', '224.0.0.1', '240.0.0.1', '255.255.255.255', '１２７.0.0.1'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]'],
    ...['[64:ff9b:1::7f00:1]', '[2002:7f00:1::]', '[2001::1]', '[fe80::1]', '[fc00::1]', '[fd00:ec2::254]'],
    ...['[fec0::1]', '[ff02::1]', '[2001:db8::1]', '[100::1]'],
    ...['localhost', 'LOCALHOST'],
  ])('is refused as %s', async (host) => {
    await expect(strict.fetch(`http://${host}:${String(other.port)}/`, get)).rejects.toMatchObject({
      ...{ name: 'OutboundRefusedError', code: 'address' },
    });
    expect(other.received).toEqual([]);
  });

  it('is refused over TLS before anything is sent', async () => {
    await expect(strict.fetch(`https://localhost:${String(other.port)}/`, get)).rejects.toMatchObject({
      code: 'address',
    });
  });

  it('is told of without naming it', async () => {
    const error: unknown = await strict.fetch('http://localhost/', get).catch((caught: unknown) => caught);
    expect(String(error)).not.toMatch(/127|::1/);
  });

  it('is reached when it is allowed, and its neighbours are not', async () => {
    expect(await here.fetch(`${other.url}/hook?a=b`, get)).toMatchObject({ status: 204, text: '' });
    expect(other.received.at(-1)).toMatchObject({ method: 'GET', path: '/hook?a=b' });
    for (const host of ['127.0.0.2', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1'])
      await expect(here.fetch(`http://${host}:${String(other.port)}/`, get)).rejects.toMatchObject({
        code: 'address',
      });
  });

  it('is reached by a name only when every address of the name is allowed', async () => {
    const both = guardOf('127.0.0.0/8', '::1');
    expect(await both.fetch(`http://localhost:${String(other.port)}/`, get)).toMatchObject({ status: 204 });
    await expect(
      guardOf('10.0.0.0/8', '::1').fetch(`http://localhost:${String(other.port)}/`, get),
    ).rejects.toMatchObject({ code: 'address' });
  });

  it('is reached over IPv6 when it is allowed', async () => {
    const six = await startOtherServer('::1');
    expect(await guardOf('::1/128').fetch(six.url, get)).toMatchObject({ status: 204 });
    await expect(here.fetch(six.url, get)).rejects.toMatchObject({ code: 'address' });
  });
});

describe('a URL', () => {
  it.each([
    ['file:///etc/passwd', 'scheme'],
    ['ftp://example.org/', 'scheme'],
    ['gopher://127.0.0.1/', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['http://user@example.org/', 'credentials'],
    ['http://user:word@example.org/', 'credentials'],
    ['http://example.org@127.0.0.1/', 'credentials'],
    ['http://', 'url'],
    ['/relative', 'url'],
    ['http://[::1', 'url'],
    ['http://1.2.3.4.5.6/', 'url'],
    ['', 'url'],
  ])('%s is refused: %s', async (url, code) => {
    await expect(here.fetch(url, get)).rejects.toMatchObject({ name: 'OutboundRefusedError', code });
  });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is the answer: it is not followed', async (status) => {
  const [first, second] = await Promise.all([startOtherServer(), startOtherServer()]);
  const location = `${second.url}/x`;
  first.answer = (_, response) => response.writeHead(status, { location }).end('moved');
  const answer = await here.fetch(first.url, get);
  expect(answer).toMatchObject({ status, text: 'moved', headers: { location } });
  expect(second.received).toEqual([]);
});

describe('an answer', () => {
  it('is read up to 64 KiB, however long it is', async () => {
    const url = await startSpeaker((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const pour = (): void => {
        while (!socket.destroyed && socket.write('x'.repeat(16_384)));
      };
      socket.on('drain', pour);
      pour();
    });
    const answer = await here.fetch(url, get);
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.text).toHaveLength(65_536);
  });

  it.each([
    ['that is no HTTP', 'malformed', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['of binary rubbish', 'malformed', '\x00\x01\x02\xff\xfe\r\n\r\n'],
    ['with huge headers', 'headers_too_large', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
  ])('%s fails as %s', async (_name, code, text) => {
    const url = await startSpeaker((socket) => socket.write(Buffer.from(text, 'latin1')));
    await expect(here.fetch(url, get)).rejects.toMatchObject({ name: 'OutboundFailedError', code });
  });

  it.each([
    ['before it began', ''],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this'],
  ])('that ends %s is cut off', async (_name, text) => {
    const url = await startSpeaker((socket) => socket.end(text));
    await expect(here.fetch(url, get)).rejects.toMatchObject({ code: 'cut_off' });
  });

  it.each([
    ['never comes', ''],
    ['drips', 'HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n.'],
  ])('that %s takes no longer than it may', async (_name, text) => {
    const url = await startSpeaker((socket) => {
      socket.write(text);
      const timer = setInterval(() => socket.write(text === '' ? '' : '.'), 50);
      socket.once('close', () => clearInterval(timer));
    });
    const began = Date.now();
    await expect(here.fetch(url, { ...get, timeoutMs: 400 })).rejects.toMatchObject({ code: 'timeout' });
    // Drop by drop it would take 50 minutes.
    expect(Date.now() - began).toBeLessThan(30_000);
  });
});

describe('a server', () => {
  it('that nobody knows is not resolved', async () => {
    await expect(here.fetch('http://nobody.invalid/', get)).rejects.toMatchObject({ code: 'unresolved' });
  });

  it('at which nothing listens is not reached', async () => {
    await expect(here.fetch('http://127.0.0.1:1/', get)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('that speaks no TLS is no https server', async () => {
    const { port } = await startOtherServer();
    await expect(here.fetch(`https://127.0.0.1:${String(port)}/`, get)).rejects.toMatchObject({
      code: 'tls',
    });
  });
});

test('a call is cancelled by its signal, with its reason', async () => {
  const slow = await startOtherServer();
  slow.answer = () => undefined;
  const abort = new AbortController();
  const call = here.fetch(slow.url, { ...get, signal: abort.signal });
  abort.abort(new Error('stopping'));
  await expect(call).rejects.toThrow('stopping');
});
