import { lookup as resolve, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request, type Dispatcher } from 'undici';
import { isPermitted, parseBlock, type AddressBlock } from './address-blocks';
import { fromNetwork, OutboundFailedError, OutboundRefusedError } from './outbound-errors';
import { checkOutboundUrl } from './outbound-url';

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Longest that the call may take in total, body included, in milliseconds. */
  timeoutMs: number;
  /** Cancels the call. */
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  /** Names in lower case; of a header that came several times, the first value. */
  headers: Readonly<Record<string, string>>;
  /** The beginning of the body, at most 64 KiB, as UTF-8. */
  text: string;
  /** The body was longer. */
  truncated: boolean;
}

/** Calls that users name. Internal addresses are out of reach, however the URL or DNS leads to them; redirects are not followed. */
export interface GuardedFetch {
  /** @throws OutboundRefusedError, OutboundFailedError; what `signal` was aborted with. */
  fetch(url: string, options: OutboundRequest): Promise<OutboundAnswer>;
  /** Ends its connections. */
  close(): Promise<void>;
}

const mostBodyBytes = 65_536;
const mostHeaderBytes = 16_384;
const keepAliveMs = 4000;

/** @param allowed setting OUTBOUND_ALLOWED: IP addresses and CIDR blocks that may be reached though they are not public. */
export function createGuardedFetch(allowed: readonly string[]): GuardedFetch {
  const blocks = allowed.map(parseBlock).filter((block) => block !== null);
  const agent = new Agent({
    connect: { lookup: guardedLookup(blocks) },
    maxHeaderSize: mostHeaderBytes,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // `timeoutMs` counts.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  return {
    async fetch(url, options) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
      try {
        const target = checkOutboundUrl(url, blocks);
        const { method, headers = {}, body = null } = options;
        return await read(await request(target, { dispatcher: agent, method, headers, body, signal }));
      } catch (error) {
        if (options.signal?.aborted) throw options.signal.reason;
        throw timeout.aborted ? new OutboundFailedError('timeout', { cause: error }) : fromNetwork(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Resolves names for connections, and refuses those of which any address is refused: so rebinding a name gains nothing. */
const guardedLookup =
  (allowed: readonly AddressBlock[]): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[] | undefined) => {
      const [first] = addresses ?? [];
      if (error !== null) done(error, []);
      else if (first === undefined || !addresses?.every(({ address }) => isPermitted(address, allowed)))
        done(new OutboundRefusedError('address'), []);
      else if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };

async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<OutboundAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop ends the connection.
    if (bytes > mostBodyBytes) break;
  }
  return {
    status: statusCode,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, firstOf(value) ?? ''])),
    text: Buffer.concat(chunks).subarray(0, mostBodyBytes).toString('utf8'),
    truncated: bytes > mostBodyBytes,
  };
}

const firstOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
