import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import type { Prisma } from '../../prisma/generated/client';
import type { Database } from '../database/client';
import type { Logger } from '../logger/logger';
import { SecretBoxError, type SecretBox } from '../secrets/secret-box';

/** Signature algorithm of access tokens, the only one accepted. */
export const signingAlgorithm = 'EdDSA';

/** For how long a process signs with the key it read last: other processes learn of a rotation within this time. */
const refreshMs = 60_000;
/** Shortest time between two reads on behalf of unknown key ids, which anybody can make up. */
const unknownKeyMs = 1_000;

export interface SigningKeys {
  /** The key to sign with; made when there is none. */
  current(): Promise<{ kid: string; key: CryptoKey }>;
  /** null: unknown, or retired so long ago that every token it signed has expired. */
  verification(kid: string): Promise<CryptoKey | null>;
  /** Makes a new key and retires the others, which verify until the tokens they signed have expired. @returns its kid */
  rotate(): Promise<string>;
}

export interface SigningKeysOptions {
  database: Database;
  secrets: SecretBox;
  logger: Logger;
  /** Life of a token. */
  tokenSeconds: number;
  now?: () => number;
}

interface Loaded {
  at: number;
  signing: { kid: string; key: CryptoKey } | null;
  verifying: Map<string, CryptoKey>;
}

const purpose = (kid: string): string => `signing_key:${kid}`;

/** Keys that sign access tokens, kept in Postgres (private part sealed), cached in the process. */
export function createSigningKeys({
  database,
  secrets,
  logger,
  tokenSeconds,
  now = Date.now,
}: SigningKeysOptions): SigningKeys {
  let loaded: Loaded | null = null;
  let loading: Promise<Loaded> | null = null;
  let searching: Promise<Loaded> | null = null;
  let searchedAt = -Infinity;

  async function load(): Promise<Loaded> {
    const at = now();
    const rows = await database.signingKey.findMany({
      where: {
        OR: [{ retiredAt: null }, { retiredAt: { gt: new Date(at - tokenSeconds * 1000 - 2 * refreshMs) } }],
      },
      orderBy: { createdAt: 'desc' },
    });
    const result: Loaded = { at, signing: null, verifying: new Map() };
    for (const row of rows) {
      result.verifying.set(row.id, await publicKey(row.publicJwk as JWK));
      if (result.signing === null && row.retiredAt === null) result.signing = await privateKey(row);
    }
    loaded = result;
    return result;
  }

  /** null, with a warning, when another SECRET_KEY sealed it: such a key still verifies, but cannot sign. */
  async function privateKey(row: { id: string; privateJwk: string }): Promise<Loaded['signing']> {
    try {
      const jwk = JSON.parse(secrets.open(row.privateJwk, purpose(row.id))) as JWK;
      return { kid: row.id, key: (await importJWK(jwk, signingAlgorithm)) as CryptoKey };
    } catch (error) {
      if (!(error instanceof SecretBoxError)) throw error;
      logger.warn(
        { kid: row.id },
        'A signing key was sealed with another SECRET_KEY; it is not used for signing.',
      );
      return null;
    }
  }

  /** Parallel callers share one read. */
  function reload(): Promise<Loaded> {
    loading ??= load().finally(() => (loading = null));
    return loading;
  }

  /** A read on behalf of an unknown key. When the last one was just now, everybody waits for the next. */
  function search(): Promise<Loaded> {
    searching ??= (async () => {
      await sleep(Math.max(0, searchedAt + unknownKeyMs - Date.now()));
      searchedAt = Date.now();
      return reload();
    })().finally(() => (searching = null));
    return searching;
  }

  async function keys(): Promise<Loaded> {
    return loaded === null || now() - loaded.at > refreshMs ? reload() : loaded;
  }

  /** @param retire whether the keys that sign now stop doing so; otherwise nothing is made while one of them can. */
  async function make(retire: boolean): Promise<string> {
    const pair = await generateKeyPair(signingAlgorithm, { crv: 'Ed25519', extractable: true });
    const kid = uuidv7();
    const row = {
      id: kid,
      publicJwk: (await exportJWK(pair.publicKey)) as Prisma.InputJsonObject,
      privateJwk: secrets.seal(JSON.stringify(await exportJWK(pair.privateKey)), purpose(kid)),
    };
    await database.$transaction(async (tx) => {
      // Processes that start together make one key, not one each.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('coagent.signing_keys'))`;
      if (retire) {
        await tx.signingKey.updateMany({ where: { retiredAt: null }, data: { retiredAt: new Date(now()) } });
      } else {
        const usable = await tx.signingKey.findMany({ where: { retiredAt: null } });
        for (const candidate of usable) if ((await privateKey(candidate)) !== null) return;
      }
      await tx.signingKey.create({ data: row });
    });
    await load();
    return kid;
  }

  return {
    async current() {
      const { signing } = await keys();
      if (signing !== null) return signing;
      await make(false);
      const made = (await keys()).signing;
      if (made === null) throw new Error('No signing key could be made.');
      return made;
    },
    async verification(kid) {
      const known = (await keys()).verifying.get(kid);
      if (known !== undefined) return known;
      return isUuid(kid) ? ((await search()).verifying.get(kid) ?? null) : null;
    },
    rotate: () => make(true),
  };
}

async function publicKey(jwk: JWK): Promise<CryptoKey> {
  return (await importJWK(jwk, signingAlgorithm)) as CryptoKey;
}
