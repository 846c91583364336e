import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { ApiError } from './api-error';

export const bodyLimitBytes = 4 * 1024 * 1024;

/**
 * The whole body of a request.
 *
 * A body over 4 MiB is read to its end and dropped before it is refused: a client that is still sending would see a
 * reset connection instead of the 413. One that goes on past four times the limit is cut off all the same.
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimitBytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > bodyLimitBytes * 4) request.destroy();
    });
    request.once('end', () => {
      if (size <= bodyLimitBytes) resolve(Buffer.concat(chunks, size));
      else
        reject(
          new ApiError(413, `The body is larger than ${bodyLimitBytes} bytes.`, {
            code: 'request_too_large',
          }),
        );
    });
    request.once('error', reject);
    request.once('close', () => reject(new Error('The client went away before its request was complete.')));
  });
}

export function parseBody<Schema extends z.ZodType>(schema: Schema, body: Buffer): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw new ApiError(400, 'The body is not valid JSON.', { code: 'invalid_json' });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const param = issue?.path.map(String).join('.') ?? '';
  throw new ApiError(400, `${param || 'body'}: ${issue?.message ?? 'invalid'}`, {
    code: 'invalid_value',
    param,
  });
}
