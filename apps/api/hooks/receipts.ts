import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../../infra/database/client';
import type { Logger } from '../../../infra/logger/logger';
import { fromInfra } from '../http/infra-errors';
import type { ApiError } from '../http/problems';

/** Deliveries that are kept of each webhook. */
export const keptReceipts = 100;
/** Characters that are kept of a body. */
const keptChars = 2000;

/** What is known of a delivery from the start. */
export interface Arrival {
  policyId: string;
  /** Sent to the test address. */
  test: boolean;
  /** Of the answer when all goes well and nobody waits for more. */
  status: number;
}

/** What becomes known while it is handled. */
export interface Receipt {
  key: string | null;
  bodyBytes: number;
  /** '' as long as nothing says who sent it. */
  body: string;
  outcome: 'accepted' | 'duplicate';
  eventId: string | null;
  /** Of a test: what would have happened. */
  explained: object | null;
}

/**
 * Handles a delivery and keeps a record of it, also of its refusal; those that are too many, or that fail because of the
 * platform, leave none. A record that cannot be written changes nothing for the sender.
 */
export async function withReceipt<T>(
  { database, logger }: { database: Database; logger: Logger },
  arrival: Arrival,
  handle: (receipt: Receipt) => Promise<T>,
): Promise<T> {
  const receipt: Receipt = {
    key: null,
    bodyBytes: 0,
    body: '',
    outcome: 'accepted',
    eventId: null,
    explained: null,
  };
  const keep = (refusal: ApiError | null): Promise<unknown> =>
    store(database, arrival, receipt, refusal).catch((error: unknown) => {
      logger.warn(
        { err: error, policyId: arrival.policyId },
        'A delivery to a webhook could not be recorded',
      );
    });
  try {
    const answer = await handle(receipt);
    await keep(null);
    return answer;
  } catch (error) {
    const refusal = fromInfra(error);
    if (refusal !== null && refusal.status < 500 && refusal.code !== 'rate_limited') await keep(refusal);
    throw error;
  }
}

/** Rows that others are removing are left to them. */
function store(
  database: Database,
  { policyId, test, status }: Arrival,
  { key, outcome, bodyBytes, body, eventId, explained }: Receipt,
  refusal: ApiError | null,
): Promise<unknown> {
  const told = explained === null ? null : JSON.stringify(explained);
  return database.$executeRaw`
    WITH stored AS (
      INSERT INTO hook_deliveries
        (id, policy_id, key, test, outcome, status, detail, body_bytes, body, explained, event_id)
      VALUES (${uuidv7()}::uuid, ${policyId}::uuid, ${key}, ${test}, ${refusal?.code ?? outcome},
              ${refusal?.status ?? status}, ${refusal === null ? null : detailOf(refusal)}, ${bodyBytes},
              ${excerpt(body)}, ${told}::jsonb, ${eventId}::uuid)
    ), old AS MATERIALIZED (
      SELECT id FROM hook_deliveries WHERE policy_id = ${policyId}::uuid
      ORDER BY received_at DESC, id DESC OFFSET ${keptReceipts - 1}::int
    ), mine AS MATERIALIZED (
      SELECT id FROM hook_deliveries WHERE id IN (SELECT id FROM old) FOR UPDATE SKIP LOCKED
    )
    DELETE FROM hook_deliveries WHERE id IN (SELECT id FROM mine)`;
}

const detailOf = ({ message, errors }: ApiError): string =>
  errors === undefined ? message : errors.map((each) => `${each.path}: ${each.message}`).join('\n');

/** Well-formed Unicode without NUL, as Postgres takes it: bodies are kept before they are known to be JSON. */
const excerpt = (text: string): string =>
  text
    .slice(0, keptChars)
    .replaceAll('\0', '\uFFFD')
    .replace(/\p{Surrogate}/gu, '\uFFFD');
