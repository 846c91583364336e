import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account';
import { ApiRefusal, type ApiClient } from './api-client';
import type { Change, Cue, Play } from './cast';
import { gatherCompany, type Company } from './company';
import type { Arrival } from './room-client';
import type { Stage } from './stage';
import { createTracker, type Tracker, type TurnOutcome } from './tracker';
import { judge, type Posted, type Verdict } from './verdict';

export interface PlayerOptions {
  api: ApiClient;
  /** Owns the room; watches, and posts what nobody said. */
  owner: Account;
  stage: Stage;
  play: Play;
  /** When each cue is due, in milliseconds after the first. */
  due: readonly number[];
  /** In every so many-th line an agent is mentioned too, one after the other; 0: only as the log has it. */
  askEvery: number;
  onProgress: (progress: Progress) => void;
}

export interface Progress {
  doing: 'people' | 'lines' | 'answers';
  done: number;
  total: number;
  tracker: Tracker;
}

export interface Outcome {
  verdict: Verdict;
  posted: Posted[];
  tracker: Tracker;
  /** Messages that the room got meanwhile, agents' answers among them. */
  stored: number;
  clients: number;
  changes: Record<Change['type'], number>;
  /** From the first line to the acceptance of the last, in milliseconds. */
  elapsedMs: number;
  /** Why lines were not accepted; each reason once. */
  refusals: string[];
  reconnects: number;
}

/** People who are let in at once: each needs two password hashes. */
const hiredAtOnce = 4;
/** How long a line may take to be accepted, in milliseconds. */
const acceptMs = 90_000;
/** How long turns, and messages on their way, are waited for while nothing happens, in milliseconds. */
const quietMs = 60_000;

/**
 * Plays a log into a room. A line is sent once the one before is accepted: then Temporal has stored that one, so the room
 * has the lines in the order of the log, whichever connections and API processes they went through.
 */
export async function perform(options: PlayerOptions): Promise<Outcome> {
  const { api, owner, stage, play, onProgress } = options;
  const tracker = createTracker();
  const company = await gatherCompany({
    api,
    owner,
    stage,
    roles: play.roles,
    onFrame: (client, frame, at) => tracker.received(client, frame, at),
  });
  try {
    await hireAll(company, (done, total) => onProgress({ doing: 'people', done, total, tracker }));
    const since = company.seatOf(null).client.since;
    const played = await playLines(options, company, tracker);
    await turnsEnd(options, tracker);
    await linesStored(company, played.posted);
    const history = await readHistory(owner, stage.roomId, since);
    await everybodyHas(company, history);
    return {
      ...played,
      verdict: judge(played.posted, history, company.witnesses()),
      tracker,
      stored: history.length,
      clients: company.seats.length,
      reconnects: company.reconnects,
    };
  } finally {
    company.close();
  }
}

async function hireAll(company: Company, onHired: (done: number, total: number) => void): Promise<void> {
  const left = company.roles.keys();
  let done = 0;
  async function hireSome(): Promise<void> {
    for (const role of left) {
      await company.hire(role);
      done += 1;
      onHired(done, company.roles.length);
    }
  }
  await Promise.all(Array.from({ length: hiredAtOnce }, hireSome));
}

type Played = Pick<Outcome, 'posted' | 'changes' | 'elapsedMs' | 'refusals'>;

async function playLines(options: PlayerOptions, company: Company, tracker: Tracker): Promise<Played> {
  const { play, due, onProgress } = options;
  const changes = { join: 0, leave: 0, rename: 0 };
  const refusals = new Set<string>();
  const posted: Posted[] = [];
  const begun = performance.now();

  async function applyAll(list: readonly Change[]): Promise<void> {
    for (const change of list) {
      await company.apply(change);
      changes[change.type] += 1;
    }
  }

  for (const [index, cue] of play.cues.entries()) {
    const wait = begun + (due[index] ?? 0) - performance.now();
    if (wait > 0) await sleep(wait);
    await applyAll(cue.before);
    const messageId = randomUUID();
    const { number, client } = company.seatOf(cue.role);
    const mentions = mentionsIn(cue, index, options, company);
    tracker.sent(messageId, number);
    try {
      const turnId = await inTime(client.send({ id: messageId, text: cue.line.text, mentions }));
      tracker.accepted(messageId, turnId);
      posted.push({ messageId, accepted: true });
    } catch (error) {
      refusals.add(String(error));
      posted.push({ messageId, accepted: false });
    }
    await applyAll(cue.after);
    onProgress({ doing: 'lines', done: index + 1, total: play.cues.length, tracker });
  }
  return { posted, changes, refusals: [...refusals], elapsedMs: performance.now() - begun };
}

/** Whom a line addresses, and every so often an agent. */
function mentionsIn(cue: Cue, index: number, { stage, askEvery }: PlayerOptions, company: Company): string[] {
  const addressed = cue.addressed === null ? undefined : company.memberId(cue.addressed);
  const count = askEvery > 0 && (index + 1) % askEvery === 0 ? (index + 1) / askEvery : 0;
  const asked = count === 0 ? undefined : stage.agents[(count - 1) % stage.agents.length]?.memberId;
  return [...new Set([addressed, asked].filter((id) => id !== undefined))];
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = sleep(acceptMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`Not accepted within ${acceptMs / 1000} s.`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    stop.abort();
  }
}

/** Waits until every turn has ended. The owner may have missed the news of some: the record tells. */
async function turnsEnd({ owner, onProgress }: PlayerOptions, tracker: Tracker): Promise<void> {
  const total = tracker.openTurns().length;
  let left = total;
  let changedAt = Date.now();
  while (left > 0 && Date.now() < changedAt + quietMs) {
    onProgress({ doing: 'answers', done: total - left, total, tracker });
    await sleep(250);
    if (Date.now() > changedAt + 5000) await askRecord(owner, tracker);
    const now = tracker.openTurns().length;
    if (now < left) changedAt = Date.now();
    left = now;
  }
}

const outcomes: Readonly<Record<string, TurnOutcome>> = {
  completed: 'answered',
  failed: 'failed',
  cancelled: 'cancelled',
};

async function askRecord(owner: Account, tracker: Tracker): Promise<void> {
  const [turnId] = tracker.openTurns();
  if (turnId === undefined) return;
  try {
    const { status } = await owner.call<{ status: string }>('GET', `/runs/${turnId}`);
    const outcome = outcomes[status];
    if (outcome) tracker.endTurn(turnId, outcome);
  } catch (error) {
    // A turn that has not begun has no run yet.
    if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
  }
}

/** Accepted is safe, but not yet in the room: gives the last lines time to get there. */
async function linesStored(company: Company, posted: readonly Posted[]): Promise<void> {
  const { arrivals } = company.seatOf(null).client;
  const deadline = Date.now() + quietMs / 2;
  const missing = (): boolean => {
    const here = new Set(arrivals.map(({ id }) => id));
    return posted.some(({ messageId, accepted }) => accepted && !here.has(messageId));
  };
  while (missing() && Date.now() < deadline) await sleep(50);
}

/** What the room got after a message, as the record has it. */
async function readHistory(owner: Account, roomId: string, since: number): Promise<Arrival[]> {
  const history: Arrival[] = [];
  for (;;) {
    const after = history.at(-1)?.seq ?? since;
    const { items } = await owner.call<{ items: Arrival[] }>(
      'GET',
      `/rooms/${roomId}/messages?after=${after}&limit=200`,
    );
    if (items.length === 0) return history;
    history.push(...items.map(({ id, seq }) => ({ id, seq })));
  }
}

/** Gives the last messages time to reach every client. */
async function everybodyHas(company: Company, history: readonly Arrival[]): Promise<void> {
  const last = history.at(-1)?.seq ?? 0;
  const deadline = Date.now() + quietMs / 2;
  const behind = (): boolean =>
    company
      .witnesses()
      .some(({ left, since, arrivals }) => !left && last > since && (arrivals.at(-1)?.seq ?? 0) < last);
  while (behind() && Date.now() < deadline) await sleep(50);
}
