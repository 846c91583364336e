/** Why the guard refuses a call, with what the caller is told. */
export const outboundRefusals = {
  url: 'This is not a URL.',
  scheme: 'The URL must begin with https:// or http://.',
  credentials: 'The URL must not hold a user name or a password.',
  address: 'The URL leads to an address that is not public. The operator can allow it (OUTBOUND_ALLOWED).',
} as const;

export type OutboundRefusal = keyof typeof outboundRefusals;

/** The guard does not let the call out. The message is for the person who named the URL: it tells no addresses. */
export class OutboundRefusedError extends Error {
  constructor(readonly code: OutboundRefusal) {
    super(outboundRefusals[code]);
    this.name = 'OutboundRefusedError';
  }
}

/** What can go wrong on the way, with what the caller is told. */
export const outboundFailures = {
  timeout: 'The server took too long.',
  unresolved: 'The name of the server is not known.',
  unreachable: 'The server cannot be reached.',
  tls: 'The certificate of the server is not valid.',
  cut_off: 'The connection ended before the answer was complete.',
  malformed: 'The answer is not HTTP.',
  headers_too_large: 'The headers of the answer are too large.',
} as const;

export type OutboundFailure = keyof typeof outboundFailures;

/** The call was let out and came to nothing; another attempt may succeed. */
export class OutboundFailedError extends Error {
  constructor(
    readonly code: OutboundFailure,
    options?: ErrorOptions,
  ) {
    super(outboundFailures[code], options);
    this.name = 'OutboundFailedError';
  }
}

const codes: Readonly<Record<string, OutboundFailure>> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'headers_too_large',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

/** Sorts what undici and Node throw into the closed set. */
export function fromNetwork(error: unknown): OutboundRefusedError | OutboundFailedError {
  if (error instanceof OutboundRefusedError || error instanceof OutboundFailedError) return error;
  const { name = '', code = '', errors = [] } = error as { name?: string; code?: string; errors?: unknown[] };
  // Several addresses were tried: the guard's word counts most, then the first failure.
  const reasons = errors.map(fromNetwork);
  const told = reasons.find((reason) => reason instanceof OutboundRefusedError) ?? reasons[0];
  return told ?? new OutboundFailedError(failureOf(name, code), { cause: error });
}

function failureOf(name: string, code: string): OutboundFailure {
  if (name === 'TimeoutError') return 'timeout';
  if (name === 'HTTPParserError') return codes[code] ?? 'malformed';
  return codes[code] ?? (/CERT|TLS|SSL|ALTNAME|VERIFY/.test(code) ? 'tls' : 'cut_off');
}
