import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { projectRoot } from '../support/processes';

export type History = Parameters<typeof historyToJSON>[0];

/** The history of one execution of a workflow, as the Temporal CLI and UI write it. */
export interface KeptHistory {
  events: {
    workflowExecutionStartedEventAttributes?: { workflowType: NamedType };
    activityTaskScheduledEventAttributes?: { activityType: NamedType };
    startChildWorkflowExecutionInitiatedEventAttributes?: { workflowType: NamedType };
  }[];
}

export interface NamedType {
  name: string;
}

const folder = path.join(__dirname, 'histories');
/** Values that the claim check keeps out of histories: a file for each history that has some, JSON by hash. */
const payloadFolder = path.join(folder, 'payloads');
const claimEncoding = 'json/claim';

export const keptNames = (): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'));

export const readHistory = (name: string): KeptHistory =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8')) as KeptHistory;

/**
 * Keeps a history, and beside it the values it refers to.
 * @param codec reads those values.
 */
export async function keepHistory(name: string, history: History, codec: PayloadCodec): Promise<void> {
  // Stack traces name files of the machine that recorded.
  const json = historyToJSON(history).replaceAll(`${projectRoot}${path.sep}`, '');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.json`), `${json}\n`);
  const references = payloadsOf(JSON.parse(json)).filter(isClaim);
  if (references.length === 0) return;
  const values = await codec.decode(references);
  const byHash = references.map((reference, at) => [hashOf(reference), textOf(values[at] ?? {})] as const);
  mkdirSync(payloadFolder, { recursive: true });
  writeFileSync(path.join(payloadFolder, `${name}.json`), `${JSON.stringify(Object.fromEntries(byHash))}\n`);
}

/** Reads the values that were kept with a history. What a replay writes goes nowhere, so it passes untouched. */
export function keptPayloads(name: string): PayloadCodec {
  const values = hasPayloads(name)
    ? (JSON.parse(readFileSync(path.join(payloadFolder, `${name}.json`), 'utf8')) as Record<string, string>)
    : {};
  const decode = (payload: Payload): Payload => {
    if (!isClaim(payload)) return payload;
    const value = values[hashOf(payload)];
    if (value === undefined) throw new Error(`${name} has no value ${hashOf(payload)}`);
    return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(value) };
  };
  return {
    encode: (payloads) => Promise.resolve(payloads),
    decode: (payloads) => Promise.resolve(payloads.map(decode)),
  };
}

export const hasPayloads = (name: string): boolean => readdirSync(payloadFolder).includes(`${name}.json`);

/** The values in a history, those that it refers to included. */
export async function valuesOf(name: string): Promise<unknown[]> {
  const payloads = await keptPayloads(name).decode(payloadsOf(readHistory(name)));
  return payloads.filter(({ data }) => data?.length).map((payload): unknown => JSON.parse(textOf(payload)));
}

function payloadsOf(json: unknown): Payload[] {
  if (typeof json !== 'object' || json === null) return [];
  const { metadata, data = '' } = json as { metadata?: { encoding?: unknown }; data?: string };
  if (typeof metadata?.encoding !== 'string') return Object.values(json).flatMap(payloadsOf);
  const encoding = Buffer.from(metadata.encoding, 'base64');
  return [{ metadata: { encoding }, data: Buffer.from(data, 'base64') }];
}

const textOf = ({ data }: Payload): string => Buffer.from(data ?? []).toString('utf8');
const isClaim = ({ metadata }: Payload): boolean =>
  Buffer.from(metadata?.encoding ?? []).toString('utf8') === claimEncoding;
const hashOf = (reference: Payload): string => (JSON.parse(textOf(reference)) as { hash: string }).hash;
