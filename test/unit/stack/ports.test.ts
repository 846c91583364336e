import { createServer, type Server } from 'node:net';
import { anyFreePort, createPortPicker } from '../../../infra/stack/ports';

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('ports', () => {
  it('gives the preferred port when it is free', async () => {
    const wanted = await anyFreePort();
    expect(await createPortPicker().pick(wanted)).toBe(wanted);
  });

  it('gives the next free port when the preferred one is taken, and says so', async () => {
    const wanted = await anyFreePort();
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
    const wanted = await anyFreePort();
    const given = await Promise.all([0, 0, 0, wanted, wanted, wanted].map((port) => picker.pick(port)));
    expect(new Set(given).size).toBe(given.length);
  });

  it('says what to do when there is no free port within reach', async () => {
    const wanted = await anyFreePort();
    const server = await listenOn(wanted);
    const picking = createPortPicker({ tries: 0 }).pick(wanted);
    await expect(picking).rejects.toMatchObject({
      name: 'StackError',
      hint: expect.stringContaining('PORT'),
    });
    server.close();
  });
});
