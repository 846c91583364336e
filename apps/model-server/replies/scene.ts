import { readConversation, type Line } from '../conversation';
import { fnv1a } from '../embeddings';
import type { Prompt } from '../prompt';
import { keywords, subjectOf } from './keywords';
import { topicOf, type Topic } from './topics';

export type Role = 'teacher' | 'student' | 'summariser' | 'assistant';

/** What a reply is made of. */
export interface Scene {
  /** Undefined where the system prompt gives none. */
  agentName: string | undefined;
  role: Role;
  lines: Line[];
  /** The last line somebody else said; an empty one if nobody has. */
  last: Line;
  /** The last line a person said: agents that answer each other stay with its subject. */
  asked: Line;
  /** What `asked` is about, as a phrase; empty where nothing can be made of it. */
  subject: string;
  /** Set where the talk is about one of the few things this model has sentences on. */
  topic: Topic | undefined;
  /** The same variant for the same prompt, another one for another message or agent. */
  pick: (variants: readonly [string, ...string[]]) => string;
}

export function readScene(prompt: Prompt): Scene {
  const lines = readConversation(prompt);
  const last = lines.findLast((line) => !line.own) ?? silence;
  const asked = lines.findLast((line) => !line.byModel) ?? last;
  const agentName = readName(prompt.system);
  const seed = fnv1a(`${agentName ?? ''}\n${last.text}`);
  return {
    agentName,
    role: readRole(prompt.system, agentName),
    lines,
    last,
    asked,
    subject: subjectOf(asked.text),
    topic: readTopic(lines, asked),
    pick: (variants) => variants[seed % variants.length] ?? variants[0],
  };
}

const silence: Line = { speaker: undefined, text: '', own: false, byModel: false };

/** A short follow-up ("Can you give an example?") is about what was said before it. */
function readTopic(lines: readonly Line[], asked: Line): Topic | undefined {
  const topic = topicOf(asked.text);
  if (topic || keywords(asked.text).length > 2) return topic;
  const earlier = lines.slice(-6).toReversed();
  return earlier.map((line) => topicOf(line.text)).find((found) => found !== undefined);
}

const roleWords: [Exclude<Role, 'assistant'>, RegExp][] = [
  ['teacher', /\b(?:teach\w*|tutor\w*|professor|instructor|lecturer)\b/i],
  ['student', /\b(?:student|learner|pupil|classmate)\b/i],
  ['summariser', /\b(?:summari[sz]\w*|summary|note-?taker|minutes)\b/i],
];

/** `You are Ada, an agent in the room …` or `You are Ada, a teacher`; "You are a teacher" gives no name. */
function readName(system: string): string | undefined {
  const match =
    /\bYou are (?:([^\n]{1,80}?), an agent in\b|(\p{Lu}[\p{L}\p{N}'-]*(?: \p{Lu}[\p{L}\p{N}'-]*)*))/u.exec(
      system,
    );
  return match?.[1] ?? match?.[2];
}

/**
 * The role that the sentences beginning with "You are" name first, so that a teacher who helps students is a teacher and
 * the other members' roles do not count; else what the agent's name says, else the opening of the prompt.
 */
function readRole(system: string, agentName: string | undefined): Role {
  // Quoted names, of the room for instance, say nothing about the agent.
  const plain = system.replace(/"[^"\n]*"/g, '');
  const nameless = agentName === undefined ? plain : plain.replace(agentName, '');
  const sentences = nameless.match(/\bYou are\b[^.!?\n]*/g) ?? [];
  const named = sentences.map(firstRole).find((role) => role !== undefined);
  return named ?? firstRole(agentName ?? '') ?? firstRole(nameless.slice(0, 300)) ?? 'assistant';
}

function firstRole(text: string): Role | undefined {
  const found = roleWords
    .map(([role, words]) => ({ role, at: text.search(words) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => a.at - b.at);
  return found[0]?.role;
}
