interface Placed {
  /** What is posted. Never empty. */
  text: string;
  /** When it was said, in milliseconds since some moment of the log's own; null: the log does not say. */
  at: number | null;
  /** How long the timestamp stands for, in milliseconds: a minute for `[09:59]`. */
  span: number;
}

/** One line of a chat log. */
export type LogLine = Placed &
  (
    | { kind: 'message' | 'action' | 'notice' | 'join' | 'leave'; author: string }
    | { kind: 'rename'; author: string; to: string }
    /** Said by nobody: a topic, a mode, anything unknown. */
    | { kind: 'other' }
  );

/** The log cannot be read; the message names the line. */
export class LogFormatError extends Error {}

/** Formatting of IRC clients (bold, colour, …) and what cannot be stored. */
// eslint-disable-next-line no-control-regex -- these are the codes
const formatting = /\x03(?:\d{1,2}(?:,\d{1,2})?)?|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Posted for a line without text, which a room would refuse. */
const emptyText = '…';

/** Makes a line's text one that a room takes. */
export function postable(text: string): string {
  const wellFormed = Buffer.from(text.replaceAll(formatting, '')).toString('utf8').trim();
  return wellFormed === '' ? emptyText : wellFormed;
}
