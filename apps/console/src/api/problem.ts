/** One invalid field of a request. `path` begins with where it was: `body.name`. */
export interface FieldProblem {
  path: string;
  code: string;
  message: string;
}

/** The API refused a request (RFC 9457). `code` is stable, `detail` is for people. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: readonly FieldProblem[],
    /** Seconds after which another attempt makes sense; null: not said. */
    readonly retryAfter: number | null,
  ) {
    super(detail);
    this.name = 'ProblemError';
  }
}

/** What the API would refuse, found without asking it. */
export const invalidInput = (fields: readonly FieldProblem[]): ProblemError =>
  new ProblemError(422, 'invalid_request', 'Some fields are not right.', fields, null);

/** No answer came: the network or the server is away. */
export class UnreachableError extends Error {
  constructor(options?: ErrorOptions) {
    super('The server cannot be reached. Check your connection and try again.', options);
    this.name = 'UnreachableError';
  }
}

interface ProblemBody {
  title?: unknown;
  detail?: unknown;
  code?: unknown;
  errors?: unknown;
}

/** Reads a refusal. A body that is no problem document (of a proxy, say) still says its status. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const body = (await response.json().catch(() => ({}))) as ProblemBody;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const retryAfter = Number(response.headers.get('Retry-After'));
  return new ProblemError(
    response.status,
    text(body.code) ?? `http_${response.status}`,
    text(body.detail) ?? text(body.title) ?? `The server answered with status ${response.status}.`,
    Array.isArray(body.errors) ? (body.errors as FieldProblem[]) : [],
    retryAfter > 0 ? retryAfter : null,
  );
}

/** What to tell people about an error. */
export const explain = (error: unknown): string =>
  error instanceof ProblemError || error instanceof UnreachableError
    ? error.message
    : `Something went wrong in the page: ${String(error)}`;
