/** `invalid`: not to be understood. `forbidden`: not allowed here. `type`: cannot work with these types. `failed`: with these values. */
export type ExpressionErrorKind = 'invalid' | 'forbidden' | 'type' | 'failed';

/** An expression or template that cannot be read or evaluated. The message is for the person who wrote it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';

  /** @param at where in the source, in characters from its beginning. */
  constructor(
    readonly kind: ExpressionErrorKind,
    message: string,
    readonly at?: number,
  ) {
    super(message);
  }
}
