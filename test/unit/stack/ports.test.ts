import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { createPortPicker } from '../../../infra/stack/ports';

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** A free port below those that the system gives out by itself, so that nobody else gets it meanwhile. */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = await listenOn(port).catch(() => null);
    if (server === null) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

describe('ports', () => {
  it('gives the preferred port when it is free', async () => {
    const wanted = await quietPort();
    expect(await createPortPicker().pick(wanted)).toBe(wanted);
  });

  it('gives the next free port when the preferred one is taken, and says so', async () => {
    const wanted = await quietPort();
    const server = await listenOn(wanted);
    const told: number[][] = [];
    const picker = createPortPicker({ onTaken: (...ports) => told.push(ports) });
    const given = await picker.pick(wanted);
    server.close();
    expect(given).toBeGreaterThan(wanted);
    expect(told).toEqual([[wanted, given]]);
  });

  it('never gives one port to two servers that start together', async () => {
    const picker = createPortPicker();
    const wanted = await quietPort();
    const given = await Promise.all([0, 0, 0, wanted, wanted, wanted].map((port) => picker.pick(port)));
    expect(new Set(given).size).toBe(given.length);
  });

  it('says what to do when there is no free port within reach', async () => {
    const wanted = await quietPort();
    const server = await listenOn(wanted);
    const picking = createPortPicker({ tries: 0 }).pick(wanted);
    await expect(picking).rejects.toMatchObject({
      name: 'StackError',
      hint: expect.stringContaining('PORT'),
    });
    server.close();
  });
});
