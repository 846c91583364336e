import { createHash } from 'node:crypto';
import type { HttpContext } from './context';
import type { Database } from '../../../infra/database/client';
import type { SecretBox } from '../../../infra/secrets/secret-box';
import type { Prisma } from '../../../prisma/generated/client';
import { addressGroup } from './client-address';
import { ApiError } from './problems';
import { invalid } from './validate';

/** How long an answer is kept. */
const keptMs = 24 * 3_600_000;
/** How long a request may take; after that its process is taken for dead and the key is free again. */
const leaseMs = 90_000;

export interface StoredAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface IdempotentRequest {
  ctx: HttpContext;
  /** null: signed out; the key then belongs to the client's network. */
  userId: string | null;
  body: Buffer;
}

/**
 * Gives a repeated POST the answer of the first. Only successes are kept: after an error nothing was made, so the
 * repeat may try again.
 */
export function createIdempotency(database: Database, secrets: SecretBox) {
  async function claim(row: Prisma.IdempotencyKeyCreateManyInput): Promise<StoredAnswer | null> {
    const where = { userId_key: { userId: row.userId, key: row.key } };
    const { count } = await database.idempotencyKey.createMany({ data: row, skipDuplicates: true });
    if (count === 1) return null;
    const found = await database.idempotencyKey.findUnique({ where });
    // Released between the two statements, or its time is over: the one whose update counts takes it.
    if (found === null) return claim(row);
    if (found.expiresAt.getTime() <= Date.now()) {
      const taken = await database.idempotencyKey.updateMany({
        where: { userId: row.userId, key: row.key, expiresAt: found.expiresAt },
        data: { ...row, status: null },
      });
      return taken.count === 1 ? null : claim(row);
    }
    if (found.method !== row.method || found.path !== row.path || found.bodyHash !== row.bodyHash) {
      throw new ApiError('idempotency_key_reused', 'This Idempotency-Key was used for another request.');
    }
    if (found.status === null) {
      throw new ApiError(
        'idempotency_in_progress',
        'The first request with this Idempotency-Key is still in progress.',
        {
          retryAfter: 1,
        },
      );
    }
    const response = secrets.open(found.response as string, answerOf(row.userId));
    return { status: found.status, ...(JSON.parse(response) as object) };
  }

  return {
    /** Calls `work` unless its answer is known. A request without the header is simply done. */
    async once(
      { ctx, userId, body }: IdempotentRequest,
      work: () => Promise<StoredAnswer>,
    ): Promise<StoredAnswer> {
      const key = ctx.get('Idempotency-Key');
      if (key === '') return work();
      if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
        throw invalid([
          {
            path: 'header.idempotency-key',
            code: 'invalid_format',
            message: 'Must be 1 to 255 printable ASCII characters.',
          },
        ]);
      }
      const owner = userId ?? networkId(ctx.ip);
      const workspace = [ctx.get('X-Workspace-Id'), ctx.get('X-Workspace-Slug')].join('\n');
      const known = await claim({
        userId: owner,
        key,
        method: ctx.method,
        path: ctx.url,
        // Keyed, because a body may hold a password, which a plain hash would let one guess.
        bodyHash: secrets.digest(Buffer.concat([Buffer.from(`${workspace}\n`), body]), 'idempotency'),
        expiresAt: new Date(Date.now() + leaseMs),
      });
      if (known !== null) {
        ctx.set('Idempotent-Replayed', 'true');
        return known;
      }
      const mine = { userId: owner, key, status: null };
      const answer = await work().catch(async (error: unknown) => {
        // When the release fails too, the lease frees the key; the first error is the one to tell.
        await database.idempotencyKey.deleteMany({ where: mine }).catch(() => undefined);
        throw error;
      });
      const { status, ...response } = answer;
      await database.idempotencyKey.updateMany({
        where: mine,
        // Sealed, since an answer may hold a secret that is shown once.
        data: {
          status,
          response: secrets.seal(JSON.stringify(response), answerOf(owner)),
          expiresAt: new Date(Date.now() + keptMs),
        },
      });
      return answer;
    },

    /** Removes keys whose time is over. */
    async purge(): Promise<void> {
      await database.idempotencyKey.deleteMany({ where: { expiresAt: { lt: new Date() } } });
    },
  };
}

export type Idempotency = ReturnType<typeof createIdempotency>;

const answerOf = (userId: string): string => `idempotent_answer:${userId}`;

/** A UUID that stands for a network in the column of user ids. */
function networkId(address: string): string {
  const hex = createHash('sha256')
    .update(`network:${addressGroup(address)}`)
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
