import { createHash } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Database } from '../database/client';
import { createBatcher } from '../outbox/batcher';
import { createPayloadCache } from './payload-cache';

/** Values up to this size stay in history, in bytes. */
const largestInline = 4096;
const defaultCacheBytes = 64 * 1024 * 1024;
const encoding = 'json/claim';
/** How the JSON of a claimed value begins. */
const claimed = /^\{"claim":"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/;
const claimedBytes = '{"claim":""'.length + 36;

/** What history holds in place of a value. */
interface Reference {
  /** The run that keeps it. */
  claim: string;
  /** SHA-256 of the value, hex. */
  hash: string;
  /** How large it is. */
  bytes: number;
}

interface Stored extends Reference {
  data: Uint8Array;
}

const utf8 = { text: new TextDecoder(), bytes: new TextEncoder() };
const jsonPlain = utf8.bytes.encode('json/plain');

/**
 * Keeps large values out of history (claim check): a payload whose JSON begins with `{"claim":"<run id>"` and is larger
 * than 4 KB is stored with its run and replaced by its hash, which the Temporal UI shows. All others pass untouched.
 * Workers and clients that read the values of runs need it.
 * @param cacheBytes memory for values that are likely to be read again; default 64 MB.
 */
export function createClaimCheck(database: Database, cacheBytes = defaultCacheBytes): PayloadCodec {
  const cache = createPayloadCache(cacheBytes);

  const store = createBatcher(async (values: Stored[]): Promise<boolean[]> => {
    const ids = values.map(({ claim }) => claim);
    const hashes = values.map(({ hash }) => hash);
    const rows = await database.$queryRaw<{ id: string }[]>`
      WITH value AS (
        SELECT DISTINCT ON (run_id, hash) run_id, hash, data
        FROM unnest(${ids}::uuid[], ${hashes}::text[], ${values.map(({ data }) => Buffer.from(data))}::bytea[])
          AS value(run_id, hash, data)
        JOIN runs ON runs.id = value.run_id
      ), stored AS (
        INSERT INTO run_payloads (run_id, hash, data) SELECT run_id, hash, data FROM value ON CONFLICT DO NOTHING
      )
      SELECT DISTINCT run_id::text AS id FROM value`;
    const known = new Set(rows.map(({ id }) => id));
    return ids.map((id) => known.has(id));
  });

  const load = createBatcher(async (references: Reference[]): Promise<(Uint8Array | undefined)[]> => {
    const rows = await database.$queryRaw<{ id: string; hash: string; data: Uint8Array }[]>`
      SELECT run_id::text AS id, hash, data FROM run_payloads
      WHERE (run_id, hash) IN (SELECT * FROM unnest(
        ${references.map(({ claim }) => claim)}::uuid[], ${references.map(({ hash }) => hash)}::text[]))`;
    const byKey = new Map(rows.map(({ id, hash, data }) => [`${id}/${hash}`, data]));
    return references.map((reference) => byKey.get(keyOf(reference)));
  });

  return {
    encode: (payloads) => Promise.all(payloads.map(encode)),
    decode: (payloads) => Promise.all(payloads.map(decode)),
  };

  async function encode(payload: Payload): Promise<Payload> {
    const claim = claimOf(payload);
    if (claim === undefined || !payload.data) return payload;
    const { data } = payload;
    const reference = {
      claim,
      hash: createHash('sha256').update(data).digest('hex'),
      bytes: data.byteLength,
    };
    const key = keyOf(reference);
    if (cache.get(key) === undefined) {
      // A value of a run that was deleted meanwhile has no place but history.
      if (!(await store({ ...reference, data }))) return payload;
      cache.set(key, data);
    }
    return {
      metadata: { encoding: utf8.bytes.encode(encoding) },
      data: utf8.bytes.encode(JSON.stringify(reference)),
    };
  }

  async function decode(payload: Payload): Promise<Payload> {
    if (!payload.data || !isEncodedAs(payload, encoding)) return payload;
    // Only `encode` writes payloads of this encoding.
    const reference = JSON.parse(utf8.text.decode(payload.data)) as Reference;
    const key = keyOf(reference);
    const data = cache.get(key) ?? (await load(reference));
    if (!data) throw new Error(`The value ${reference.hash} of the run ${reference.claim} is gone`);
    cache.set(key, data);
    return { metadata: { encoding: jsonPlain }, data };
  }
}

function claimOf(payload: Payload): string | undefined {
  const { data } = payload;
  if (!data || data.byteLength <= largestInline || !isEncodedAs(payload, 'json/plain')) return undefined;
  return claimed.exec(utf8.text.decode(data.subarray(0, claimedBytes)))?.[1];
}

function isEncodedAs({ metadata }: Payload, name: string): boolean {
  const value = metadata?.encoding;
  return value?.byteLength === name.length && utf8.text.decode(value) === name;
}

const keyOf = ({ claim, hash }: Reference): string => `${claim}/${hash}`;
