import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { closeCodes } from '../../../workflows/contracts/events';
import { fromInfra } from '../http/infra-errors';
import type { ApiServices } from '../http/services';
import { cancelRunFor } from '../runs/cancel-run';
import type { FeedItem } from '../runs/run-feed';
import { mayStillFollow } from '../runs/run-standing';
import type { RunAdmission } from './connection';
import { createFrameBudget } from './frame-budget';
import { readFrame } from './read-frame';
import { runClientFrame } from './run-frames';
import type { RunHello } from './run-protocol';
import { createSocketWriter, type SocketWriter } from './socket-writer';
import { encodeTextFrames } from './text-frames';

/** RFC 6455: the purpose has been fulfilled. */
const fulfilled = 1000;
/** IANA: "Try Again Later". */
const tryAgainLater = 1013;
/** How long a client may take to read what is held back for it, in milliseconds. */
const drainMs = 10_000;

export interface RunSockets {
  /** Serves one WebSocket of a run from its opening to its end. @param ws paused */
  serve(ws: WebSocket, network: Duplex, admission: RunAdmission): Promise<void>;
  stop(): void;
}

interface RunSocket {
  ws: WebSocket;
  writer: SocketWriter;
  admission: RunAdmission;
  alive: boolean;
}

/** @param standingSeconds interval at which rights of open connections are checked */
export function createRunSockets(services: ApiServices, standingSeconds: number): RunSockets {
  const { settings, logger, feed } = services;
  const open = new Set<RunSocket>();

  function ping(): void {
    for (const socket of open) {
      if (!socket.alive) socket.writer.close(closeCodes.noPong, 'No pong');
      socket.alive = false;
      socket.ws.ping();
    }
  }

  async function check({ admission: { identity, runId }, writer }: RunSocket): Promise<void> {
    const standing = await mayStillFollow(services, identity, runId);
    if (standing === 'session_ended') writer.close(closeCodes.identityExpired, 'Session ended');
    if (standing === 'hidden') writer.close(closeCodes.notAMember, 'Not yours to see');
  }

  function checkAll(): void {
    for (const socket of open)
      check(socket).catch((error: unknown) =>
        logger.warn({ err: error }, 'Rights of a WebSocket not checked'),
      );
  }

  const timers = [
    setInterval(ping, settings.SOCKET_PING_SECONDS * 1000),
    setInterval(checkAll, standingSeconds * 1000),
  ];

  return {
    async serve(ws, network, admission) {
      const maxBuffered = settings.SOCKET_MAX_BUFFERED_BYTES;
      const writer = createSocketWriter(ws, network, maxBuffered);
      const socket: RunSocket = { ws, writer, admission, alive: true };
      open.add(socket);
      listen(socket, services);
      const expiry = setTimeout(
        () => writer.close(closeCodes.identityExpired, 'Identity expired'),
        admission.identity.expiresAt.getTime() - Date.now(),
      );
      ws.once('close', () => {
        clearTimeout(expiry);
        open.delete(socket);
      });
      const { runId, after } = admission;
      const hello: RunHello = { type: 'hello', epoch: runId, offset: after, recovered: true };
      writer.write(encodeTextFrames([JSON.stringify(hello)]));
      ws.resume();
      try {
        for await (const item of feed.follow(runId, after)) {
          if (ws.readyState !== ws.OPEN) return;
          tell(writer, item);
          if (network.writableLength > maxBuffered / 2 && !(await drained(network)))
            writer.close(closeCodes.tooSlow, 'Too slow');
        }
        writer.close(fulfilled, 'The run has ended');
      } catch (error) {
        logger.warn({ err: error, runId }, 'A run could not be followed');
        writer.close(tryAgainLater, 'Try again later');
      }
    },
    stop: () => timers.forEach((timer) => clearInterval(timer)),
  };
}

function tell(writer: SocketWriter, item: FeedItem): void {
  if (item.kind === 'idle') return;
  const frame =
    item.kind === 'ephemeral' ? item.frame : `${item.frame.slice(0, -1)},"offset":${String(item.seq)}}`;
  writer.write(encodeTextFrames([frame]));
}

async function drained(network: Duplex): Promise<boolean> {
  try {
    await once(network, 'drain', { signal: AbortSignal.timeout(drainMs) });
    return true;
  } catch {
    return network.writableLength === 0;
  }
}

function listen(socket: RunSocket, services: ApiServices): void {
  const { ws, writer, admission } = socket;
  const budget = createFrameBudget(services.settings.SOCKET_FRAMES_PER_SECOND);
  ws.on('pong', () => {
    socket.alive = true;
  });
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    if (ws.readyState !== ws.OPEN) return;
    if (!budget.take()) {
      writer.close(closeCodes.tooManyFrames, 'Too many frames');
      return;
    }
    const read = readFrame(runClientFrame, data, isBinary);
    if (!read.ok) writer.reply({ type: 'error', code: read.code, detail: read.detail });
    else if (read.frame.type === 'ping') writer.reply({ type: 'pong' });
    else cancel(read.frame.mode ?? 'cancel');
  });

  function cancel(mode: 'cancel' | 'stop'): void {
    const { identity, runId, address } = admission;
    cancelRunFor(services, { user: identity, runId, mode, address }).catch((error: unknown) => {
      const known = fromInfra(error);
      if (known === null) services.logger.error({ err: error, runId }, 'frame failed');
      writer.reply({
        type: 'error',
        code: known?.code ?? 'internal_error',
        detail: known?.message ?? 'Something went wrong here. The log has the details.',
      });
    });
  }
}
