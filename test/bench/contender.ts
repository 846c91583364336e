/** When things happened after a message was sent, in milliseconds. */
export interface Exchange {
  accepted: number;
  /** The message reached another member. */
  created: number;
  /** The first piece of the agent's answer did; NaN without an agent. */
  firstToken: number;
  /** The whole answer did; NaN without an agent. */
  answered: number;
}

/** A room with somebody who posts and somebody else who listens. */
export interface BenchRoom {
  /** Posts a message and waits for it, and for the answer if the room has an agent, at the listener's. */
  exchange(text: string): Promise<Exchange>;
  close(): void;
}

/** A room full of sockets that only listen. */
export interface Crowd {
  /** Addresses and bearer tokens of the sockets to open; each token is good for several. */
  sockets: { url: string; token: string }[];
  /** Processes that serve it, besides those of the contender; by name. */
  pids: Record<string, number>;
  post(text: string): Promise<void>;
  close(): Promise<void>;
}

export interface RoomOptions {
  agent: boolean;
  /** Whether the listener has a connection of its own; otherwise the poster listens. Default true. */
  listener?: boolean;
}

/** One of the two that are compared. */
export interface Contender {
  readonly name: 'ours' | 'bare';
  openRooms(count: number, options: RoomOptions): Promise<BenchRoom[]>;
  /**
   * Posts `count` messages into one room as fast as it takes them.
   * @returns messages a second, from the first post to the last message at a listener's.
   */
  flood(count: number): Promise<number>;
  openCrowd(size: number): Promise<Crowd>;
  /** Process ids whose CPU time is this contender's, besides those of the servers; by name. */
  pids(): Record<string, number>;
  /** Starts another worker. @returns kills it. */
  startWorker(): Promise<() => Promise<void>>;
  /** Answers of agents stored so far, asked of the database. */
  storedAnswers(): Promise<number>;
  stop(): Promise<void>;
}
