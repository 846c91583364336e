import { uuid4 } from '@temporalio/workflow';

/** A UUIDv7 (RFC 9562) from workflow time and the workflow's own randomness, so the same in every replay. */
export function messageId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = uuid4();
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${random.slice(15)}`;
}

/** Remembers the newest ids, up to a limit; the oldest are forgotten first. */
export class SeenIds {
  private readonly ids: Set<string>;

  constructor(
    private readonly limit: number,
    initial: readonly string[] = [],
  ) {
    this.ids = new Set(initial);
  }

  /** false when the id was there already. */
  add(id: string): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.limit) {
      for (const oldest of this.ids) {
        this.ids.delete(oldest);
        break;
      }
    }
    return true;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Oldest first. */
  toArray(): string[] {
    return [...this.ids];
  }
}
