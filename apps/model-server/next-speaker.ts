import { readTranscript } from './conversation';
import type { JsonSchema, Prompt } from './prompt';

export const nextSpeakerSchema = 'next_speaker';

const nobody = 'NONE';
const speakersPerTurn = 2;
const needsNoAnswer = /^(ok|thanks|thank you|bye|lol|\+1)(?!\w)/i;

/**
 * Who speaks next in a room: the first name of the enum that has not spoken since the last human message. Two agents at
 * most speak in a turn, and nobody after a message such as "thanks".
 *
 * Who has spoken is read from the line `Spoken this turn: A, B` of the system prompt, and without it from the transcript.
 */
export function chooseSpeaker(prompt: Prompt, schema: JsonSchema): string {
  const agents = namesIn(schema).filter((name) => name !== nobody);
  const transcript = readTranscript(prompt);
  const listed = /^Spoken this turn:(.*?)\.?$/im.exec(prompt.system)?.[1]?.split(',');
  const listedNames = listed?.map((name) => name.trim()).filter((name) => name !== '' && name !== 'nobody');

  const isAgent = (name: string): boolean => agents.includes(name) || (listedNames?.includes(name) ?? false);
  const lastHuman = transcript.findLastIndex((line) => !isAgent(line.speaker));
  if (needsNoAnswer.test(transcript[lastHuman]?.text.trim() ?? '')) return nobody;

  const heard = new Set(listedNames ?? transcript.slice(lastHuman + 1).map((line) => line.speaker));
  if (heard.size >= speakersPerTurn) return nobody;
  return agents.find((name) => !heard.has(name)) ?? nobody;
}

function namesIn(schema: JsonSchema): string[] {
  const properties = schema.properties as Record<string, { enum?: unknown } | undefined> | undefined;
  const names = properties?.speaker?.enum;
  return Array.isArray(names) ? names.map(String) : [];
}
