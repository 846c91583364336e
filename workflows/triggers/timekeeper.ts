import { condition } from '@temporalio/workflow';

/** Wakes a host when it has something to do. Times are in milliseconds since 1970. */
export class Timekeeper {
  /** When there is something to be done at the latest; Infinity: nothing is to be done. */
  private wakeAt = Infinity;
  private holds = 0;
  /** It was time for something while it was held. */
  private overslept = false;

  /** @param work does what is due now. @returns when there is something to do next. */
  constructor(private readonly work: (now: number) => number) {}

  /** There is something to do then, if not before. */
  wakeBy(time: number): void {
    this.wakeAt = Math.min(this.wakeAt, time);
  }

  /** There is something to do then, whatever it was told before. */
  wakeAnewAt(time: number): void {
    this.wakeAt = time;
  }

  /** Nothing is done until `release`, as often as it was held. */
  hold(): void {
    this.holds += 1;
  }

  release(): void {
    this.holds -= 1;
    if (this.holds === 0 && this.overslept) this.wake();
  }

  /** Sleeps until there is something to do, for ever. A timer that is too early is let go on: that costs less than another one. */
  async run(): Promise<never> {
    for (;;) {
      await condition(() => this.wakeAt < Infinity);
      const at = this.wakeAt;
      const isEarlier = await condition(() => this.wakeAt < at, Math.max(1, at - Date.now()));
      if (!isEarlier) this.wake();
    }
  }

  private wake(): void {
    this.overslept = this.holds > 0;
    this.wakeAt = Infinity;
    if (!this.overslept) this.wakeAt = this.work(Date.now());
  }
}
