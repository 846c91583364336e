import { z } from 'zod';

/** What turns text around or breaks a line: control characters, line and paragraph separators, bidirectional overrides. */
const breaksALine = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** One line of text that people read, such as a title. Names go into prompts, so they must not look like more of it. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .normalize('NFC')
    .min(1)
    .max(max)
    .refine((text) => !breaksALine.test(text), 'must be one line without control characters')
    .refine((text) => text === '' || visible.test(text), 'must have a visible character');

/** Name of somebody who can be addressed by `@Name`: a person or an agent. */
export const memberName = line(80).refine((name) => !name.includes('@'), 'must not contain @');
