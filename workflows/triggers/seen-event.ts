import { eventVariable } from '../contracts/triggers/activities';
import type { MessageEventData, TriggerEvent } from '../contracts/triggers/events';
import { toCel, type CelValue } from '../graph/expressions';

/** An event on its way past the policies: what several of them look at is made once. */
export class SeenEvent {
  private lowered: string | undefined;
  private cel: CelValue | undefined;

  constructor(readonly event: TriggerEvent) {}

  /** Fields of a message; none of them is there in other events. */
  get message(): Partial<Pick<MessageEventData, 'author' | 'text' | 'mentions'>> {
    return this.event.data;
  }

  /** The text of a message in lower case. */
  get lowerText(): string {
    return (this.lowered ??= (this.message.text ?? '').toLowerCase());
  }

  /** `event` in expressions. @throws ExpressionError when it is nested too deep. */
  get variable(): CelValue {
    return (this.cel ??= toCel(eventVariable(this.event)));
  }
}
