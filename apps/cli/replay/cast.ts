import type { LogLine } from './log-line';

/** Somebody of the log, whatever names they go by. */
export interface Role {
  /** Name at first. */
  readonly nick: string;
  /** In the room before the first line. */
  readonly fromStart: boolean;
}

/** What happens to the members of the room around a line. */
export type Change =
  | { type: 'join'; role: number }
  | { type: 'leave'; role: number }
  | { type: 'rename'; role: number; to: string };

/** A line with who posts it: the index of a role, or null for what nobody said. */
export interface Cue {
  line: LogLine;
  role: number | null;
  /** Happens before the line is posted. */
  before: Change[];
  /** Happens once it is. */
  after: Change[];
  /** Whom it begins by addressing, as people do on IRC: `nick: …` or `nick, …`. */
  addressed: string | null;
}

export interface Play {
  roles: Role[];
  cues: Cue[];
}

const addressing = /^(?<nick>[^\s:,]+)[:,](?=\s|$)/;

/**
 * Finds out who is who. A nick that changes stays the same person; one that is taken over by somebody who is there under
 * it already (as after a lost connection) means that the two were one, and the former goes. Who speaks after leaving has
 * come back; who speaks without ever joining was there from the start.
 */
export function castOf(lines: readonly LogLine[]): Play {
  const roles: Role[] = [];
  /** Who goes by a nick now. */
  const holders = new Map<string, number>();
  /** Who went by a nick when they left. */
  const gone = new Map<string, number>();

  function enter(nick: string, fromStart: boolean): { role: number; before: Change[] } {
    const returning = gone.get(nick);
    const role = returning ?? roles.push({ nick, fromStart }) - 1;
    gone.delete(nick);
    holders.set(nick, role);
    return { role, before: returning === undefined && fromStart ? [] : [{ type: 'join', role }] };
  }

  function find(nick: string): { role: number; before: Change[] } {
    const role = holders.get(nick);
    return role === undefined ? enter(nick, true) : { role, before: [] };
  }

  function exit(nick: string, role: number): Change {
    holders.delete(nick);
    gone.set(nick, role);
    return { type: 'leave', role };
  }

  function cueOf(line: LogLine): Omit<Cue, 'line' | 'addressed'> {
    switch (line.kind) {
      case 'other':
        return { role: null, before: [], after: [] };
      case 'message':
      case 'action':
      case 'notice':
        return { ...find(line.author), after: [] };
      case 'join': {
        const role = holders.get(line.author);
        return { ...(role === undefined ? enter(line.author, false) : { role, before: [] }), after: [] };
      }
      case 'leave': {
        const found = find(line.author);
        return { ...found, after: [exit(line.author, found.role)] };
      }
      case 'rename': {
        const { role, before } = find(line.author);
        const other = holders.get(line.to);
        if (other === role) return { role, before, after: [] };
        if (other !== undefined)
          return { role: other, before: [...before, exit(line.author, role)], after: [] };
        holders.delete(line.author);
        holders.set(line.to, role);
        return { role, before: [...before, { type: 'rename', role, to: line.to }], after: [] };
      }
    }
  }

  const cues = lines.map((line) => ({
    line,
    ...cueOf(line),
    addressed: line.kind === 'message' ? (addressing.exec(line.text)?.groups?.nick ?? null) : null,
  }));
  return { roles, cues };
}
