/** How far this client is in the channel of a room. */
export interface Position {
  readonly epoch: string;
  /** Everything up to here has arrived. */
  readonly offset: number;
  /**
   * After a `hello` that could not resume, the server sends again what belongs to turns that go on: frames with old
   * offsets, in order. This is the last one that came, and `retoldUpto` the end of them; null: there are none.
   */
  readonly retold: number | null;
  readonly retoldUpto: number;
}

export const startAt = (epoch: string, offset: number): Position => ({
  epoch,
  offset,
  retold: 0,
  retoldUpto: offset,
});

export type Arrival = 'next' | 'retold' | 'duplicate' | 'after-gap';

/** What a frame with this offset is, and where the client stands after it. */
export function arrive(position: Position, offset: number): { arrival: Arrival; position: Position } {
  if (offset === position.offset + 1)
    return { arrival: 'next', position: { ...position, offset, retold: null } };
  if (offset > position.offset)
    return { arrival: 'after-gap', position: { ...position, offset, retold: null } };
  const { retold, retoldUpto } = position;
  if (retold !== null && offset > retold && offset <= retoldUpto)
    return { arrival: 'retold', position: { ...position, retold: offset } };
  return { arrival: 'duplicate', position };
}
