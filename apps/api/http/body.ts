import { bodyParser } from '@koa/bodyparser';
import type { Context } from 'koa';
import type { HttpContext } from './context';
import { ApiError } from './problems';
import type { BodySpec } from './route';

/** Largest body of a request, in bytes, after decompression, unless its route says otherwise. */
export const maxBodyBytes = 256 * 1024;

const mediaTypes = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/**
 * Hands the bytes over one to one, as latin1 text: decoded as UTF-8 right away, invalid bytes would be replaced
 * silently instead of being refused.
 */
function readerOf(maxBytes: number): ReturnType<typeof bodyParser> {
  const known = readers.get(maxBytes);
  if (known) return known;
  const reader = bodyParser({
    enableTypes: ['text'],
    extendTypes: { text: Object.values(mediaTypes) },
    encoding: 'latin1',
    textLimit: String(maxBytes),
    parsedMethods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  });
  readers.set(maxBytes, reader);
  return reader;
}

const readers = new Map<number, ReturnType<typeof bodyParser>>();

export interface RequestBody {
  value: unknown;
  bytes: Buffer;
}

/**
 * Reads the body as the route's media type. No body at all reads as `{}`, so that its required fields are named.
 * @throws ApiError `malformed_body`, `body_too_large`, `unsupported_media_type`
 */
export async function readBody(
  ctx: HttpContext,
  { type = 'json', maxBytes = maxBodyBytes }: BodySpec,
): Promise<RequestBody> {
  const bytes = await readBytes(ctx, type, maxBytes);
  return { bytes, value: type === 'form' ? parseForm(decode(bytes)) : parseJson(bytes) };
}

/**
 * Reads the body as it came, decompressed.
 * @throws ApiError `malformed_body` when its compression is damaged, `body_too_large`, `unsupported_media_type`
 */
export async function readBytes(
  ctx: HttpContext,
  type: keyof typeof mediaTypes,
  maxBytes: number,
): Promise<Buffer> {
  const expected = mediaTypes[type];
  // `is` is null without a body, false with one of another type; an empty one needs no type.
  const matches = ctx.request.length === 0 ? null : ctx.is(expected);
  if (matches === null) return Buffer.alloc(0);
  if (matches === false) throw new ApiError('unsupported_media_type', `Send the body as ${expected}.`);
  const read = readerOf(maxBytes);
  await read(ctx as Context, () => Promise.resolve()).catch((error: unknown) => {
    throw fromReader(error, maxBytes);
  });
  return Buffer.from(ctx.request.rawBody, 'latin1');
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ApiError('malformed_body', 'The body is not valid UTF-8.', { cause });
  }
}

/** @throws ApiError `malformed_body` */
export function parseJson(bytes: Buffer): unknown {
  const text = decode(bytes);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError('malformed_body', 'The body is not valid JSON.', { cause });
  }
}

/** A name that comes twice becomes a list, which no schema of a form takes. */
function parseForm(text: string): Record<string, string | string[]> {
  try {
    decodeURIComponent(text);
  } catch (cause) {
    throw new ApiError('malformed_body', 'The body is not valid form data.', { cause });
  }
  const fields = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(fields.keys())].map((name) => {
      const values = fields.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

/** Errors of raw-body and zlib carry a type, a status or a code. */
function fromReader(error: unknown, maxBytes: number): unknown {
  const { type, status, code } = error as { type?: string; status?: number; code?: string };
  if (type === 'entity.too.large') {
    return new ApiError('body_too_large', `A body may have at most ${maxBytes} bytes here.`, {
      cause: error,
    });
  }
  if (status === 415)
    return new ApiError('unsupported_media_type', 'This Content-Encoding is not supported.', {
      cause: error,
    });
  const broken = status === 400 || (code ?? '').startsWith('Z_') || code === 'ERR__ERROR_FORMAT_PADDING_1';
  return broken
    ? new ApiError('malformed_body', 'The body is incomplete or its compression is damaged.', {
        cause: error,
      })
    : error;
}
