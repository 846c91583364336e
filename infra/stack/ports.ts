import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from './embedded-server';

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port the system says is free at this moment. */
export function anyFreePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('The system gave no port.'));
      });
    });
  });
}

/**
 * Waits for a port that a server is going to listen on: after a kill it can take a moment until it is given back. A
 * server that cannot have its port must not start, or another one's answers would be taken for its own.
 * @throws StackError when somebody else keeps it.
 */
export async function waitUntilFree(port: number, host = '127.0.0.1'): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await canListen(port, host))) {
    if (Date.now() > deadline) {
      throw new StackError(
        `Port ${port} is in use by another program.`,
        'Stop that program, or start CoAgent again.',
      );
    }
    await sleep(50);
  }
}

/** Hands out ports, each at most once, so that servers that start together do not get the same. */
export interface PortPicker {
  /** @param wanted preferred port, or 0 for any free one. */
  pick(wanted: number, host?: string): Promise<number>;
}

export interface PortPickerOptions {
  /** Told when the preferred port is taken. */
  onTaken?: (wanted: number, given: number) => void;
  /** How many ports above the preferred one are tried; default 100. */
  tries?: number;
}

export function createPortPicker({ onTaken, tries = 100 }: PortPickerOptions = {}): PortPicker {
  const given = new Set<number>();
  return {
    async pick(wanted, host = '127.0.0.1') {
      if (wanted === 0) {
        let port = await anyFreePort(host);
        while (given.has(port)) port = await anyFreePort(host);
        given.add(port);
        return port;
      }
      const last = Math.min(wanted + tries, 65_535);
      for (let port = wanted; port <= last; port += 1) {
        if (given.has(port)) continue;
        given.add(port);
        if (!(await canListen(port, host))) continue;
        if (port !== wanted) onTaken?.(wanted, port);
        return port;
      }
      throw new StackError(
        `No free port from ${wanted} to ${last}.`,
        'Free one of them, or set another PORT.',
      );
    },
  };
}
