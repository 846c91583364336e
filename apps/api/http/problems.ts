import type { GraphProblem } from '../../../workflows/contracts/graph/problems';

/**
 * Every error the API answers with. The code is the stable part: clients decide by it, and `docs/errors.md` lists it.
 * `advice` tells the reader of that table what to do.
 */
export const problems = {
  malformed_request: {
    status: 400,
    title: 'Malformed request',
    advice: 'The request is not valid HTTP or its URL cannot be decoded.',
  },
  malformed_body: {
    status: 400,
    title: 'Malformed body',
    advice: 'The body is not valid JSON (or form data), or is not UTF-8.',
  },
  unauthenticated: { status: 401, title: 'Not signed in', advice: 'Sign in, or refresh the access token.' },
  invalid_credentials: {
    status: 401,
    title: 'Wrong email or password',
    advice: 'The same answer for an unknown account and for a wrong password.',
  },
  invalid_refresh_token: {
    status: 401,
    title: 'Refresh token not valid',
    advice: 'It is unknown, expired or its session has ended. Sign in again.',
  },
  refresh_token_reused: {
    status: 401,
    title: 'Refresh token used twice',
    advice:
      'A token that had been exchanged came back: it may have been stolen, so the session was ended. Sign in again.',
  },
  signature_missing: {
    status: 401,
    title: 'Signature missing',
    advice: 'Send the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.',
  },
  signature_stale: {
    status: 401,
    title: 'Timestamp too far from the present',
    advice:
      '`webhook-timestamp` is in seconds since 1970. Check the sender’s clock, and sign each attempt anew.',
  },
  signature_invalid: {
    status: 401,
    title: 'Wrong signature',
    advice:
      'Sign `{webhook-id}.{webhook-timestamp}.{body}`, the body byte for byte as sent, with a valid secret.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    advice: 'Your role does not permit this. Ask an administrator of the workspace or the owner of the room.',
  },
  origin_not_allowed: {
    status: 403,
    title: 'Origin not allowed',
    advice:
      'A request that the session cookie identifies must come from an allowed origin (setting ALLOWED_ORIGINS).',
  },
  not_found: { status: 404, title: 'Not found', advice: 'Nothing is at this address.' },
  workspace_not_found: {
    status: 404,
    title: 'Workspace not found',
    advice: 'It does not exist, or you are not a member of it.',
  },
  course_not_found: {
    status: 404,
    title: 'Course not found',
    advice: 'It does not exist, or its workspace is not yours.',
  },
  room_not_found: {
    status: 404,
    title: 'Room not found',
    advice: 'It does not exist, or you are not a member of it.',
  },
  member_not_found: { status: 404, title: 'Member not found', advice: 'The room has no such member.' },
  agent_not_found: {
    status: 404,
    title: 'Agent not found',
    advice: 'It does not exist, or its workspace is not yours.',
  },
  user_not_found: {
    status: 404,
    title: 'Person not found',
    advice: 'Nobody is registered under this id or email.',
  },
  message_not_found: { status: 404, title: 'Message not found', advice: 'The room has no such message.' },
  run_not_found: {
    status: 404,
    title: 'Run not found',
    advice: 'It does not exist, or it is not yours to see.',
  },
  workflow_not_found: {
    status: 404,
    title: 'Workflow not found',
    advice: 'It does not exist, was deleted, or its workspace is not yours.',
  },
  version_not_found: {
    status: 404,
    title: 'Version not found',
    advice: 'There is no version of this number.',
  },
  approval_not_found: {
    status: 404,
    title: 'Approval not found',
    advice: 'It does not exist, or you may neither decide it nor see its run.',
  },
  task_not_found: {
    status: 404,
    title: 'Task not found',
    advice: 'It does not exist, or it is not yours to see.',
  },
  artifact_not_found: {
    status: 404,
    title: 'Artifact not found',
    advice: 'It was deleted, or the room or run has no such artifact.',
  },
  trigger_not_found: {
    status: 404,
    title: 'Trigger policy not found',
    advice: 'It does not exist, or its workspace or room is not yours.',
  },
  webhook_not_found: {
    status: 404,
    title: 'Webhook not found',
    advice: 'It does not exist, or its workspace is not yours.',
  },
  delivery_not_found: {
    status: 404,
    title: 'Delivery not found',
    advice: 'It does not exist, or its workspace is not yours.',
  },
  hook_not_found: {
    status: 404,
    title: 'Webhook not found',
    advice: 'No trigger policy has this address. Copy it from the policy again.',
  },
  turn_not_found: { status: 404, title: 'Turn not found', advice: 'The room has no such turn.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    advice: 'The Allow header names the methods of this address.',
  },
  email_taken: {
    status: 409,
    title: 'Email already registered',
    advice: 'Sign in instead, or use another email.',
  },
  name_taken: { status: 409, title: 'Name already taken', advice: 'Choose another name.' },
  already_a_member: { status: 409, title: 'Already a member', advice: 'Nothing needs to be done.' },
  last_owner: { status: 409, title: 'Last owner', advice: 'Make someone else an owner first.' },
  agent_not_active: { status: 409, title: 'Agent not active', advice: 'Activate the agent first.' },
  message_id_taken: {
    status: 409,
    title: 'Message id already used',
    advice: 'Another message has this id. Choose a new UUID for a new message.',
  },
  limit_reached: {
    status: 409,
    title: 'Limit reached',
    advice: 'Remove something of this kind first; `detail` names the limit.',
  },
  turn_in_progress: {
    status: 409,
    title: 'A turn is running',
    advice: 'The room rejects messages while an agent answers. Send it again when the turn has ended.',
  },
  workflow_not_published: {
    status: 409,
    title: 'Workflow not published',
    advice: 'Publish a version of the workflow first.',
  },
  trigger_not_manual: {
    status: 409,
    title: 'Trigger policy cannot be fired by hand',
    advice: 'Only policies of `manual` and `timer` fire by hand. POST /triggers/{id}/test tries any other.',
  },
  trigger_not_a_timer: {
    status: 409,
    title: 'Trigger policy is no timer',
    advice: 'Only policies of `timer` have times to make up for.',
  },
  trigger_not_a_webhook: {
    status: 409,
    title: 'Trigger policy is no webhook',
    advice: 'Only policies of `webhook` have secrets.',
  },
  trigger_not_scheduled: {
    status: 409,
    title: 'Trigger policy not scheduled yet',
    advice: 'The workers make its Temporal Schedule within a minute. Send it again then.',
  },
  trigger_disabled: {
    status: 409,
    title: 'Trigger disabled',
    advice: 'Nothing was taken. Enable the trigger policy, then send it again.',
  },
  run_ended: { status: 409, title: 'Run has ended', advice: 'Fork it, or run the workflow again.' },
  run_not_ended: { status: 409, title: 'Run has not ended', advice: 'Wait for its end, or cancel it first.' },
  nothing_to_retry: {
    status: 409,
    title: 'Nothing to retry',
    advice: 'Only a failed or cancelled run can be retried. Fork a completed one.',
  },
  fork_point_not_reached: {
    status: 409,
    title: 'Fork point not reached',
    advice: 'Wait until the run has reached the node, or has ended.',
  },
  not_for_turns: {
    status: 409,
    title: 'Not for turns',
    advice: 'This is a turn of a room, not a run of a workflow: it can be cancelled only.',
  },
  already_decided: {
    status: 409,
    title: 'Already decided',
    advice: '`decision` says who decided what, and when.',
  },
  already_voted: {
    status: 409,
    title: 'You have decided already',
    advice: 'More people are needed; `decision` is yours.',
  },
  approval_not_pending: {
    status: 409,
    title: 'Approval not pending',
    advice: 'It timed out or was cancelled: nothing can be decided any more.',
  },
  webhook_disabled: {
    status: 409,
    title: 'Webhook disabled',
    advice: 'Enable it first; `disabledReason` says why the platform disabled it.',
  },
  delivery_pending: {
    status: 409,
    title: 'Delivery pending',
    advice: 'It is waiting to be sent already, or is being retried.',
  },
  idempotency_key_reused: {
    status: 409,
    title: 'Idempotency key used for another request',
    advice: 'Use a new key for a different request.',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'Same request still in progress',
    advice: 'Send it again after the time in Retry-After.',
  },
  precondition_failed: {
    status: 412,
    title: 'Changed meanwhile',
    advice: 'Read it again, apply your change to what is there now, and send the new ETag as If-Match.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    advice: 'A body may have at most 256 KiB, unless the API document names another limit.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    advice: 'Send the media type that the API document names, usually application/json.',
  },
  invalid_request: { status: 422, title: 'Invalid request', advice: '`errors` names every invalid field.' },
  graph_invalid: {
    status: 422,
    title: 'Graph has errors',
    advice: '`problems` names every problem of the graph; those with severity `error` block publishing.',
  },
  workspace_required: {
    status: 422,
    title: 'Which workspace?',
    advice: 'You belong to several workspaces: name one by X-Workspace-Id or X-Workspace-Slug.',
  },
  precondition_required: {
    status: 428,
    title: 'If-Match required',
    advice: 'Send the ETag of what you have read as If-Match, so that no change of others is lost.',
  },
  rate_limited: { status: 429, title: 'Too many requests', advice: 'Wait for the time in Retry-After.' },
  sign_in_locked: {
    status: 429,
    title: 'Too many failed sign-ins',
    advice: 'Wait for the time in Retry-After. The account may or may not exist.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    advice: 'Report it with the request id; the log has the details.',
  },
  database_unavailable: {
    status: 503,
    title: 'Database unavailable',
    advice: 'Nothing was changed. Send it again after the time in Retry-After.',
  },
  redis_unavailable: {
    status: 503,
    title: 'Redis unavailable',
    advice: 'Send it again after the time in Retry-After.',
  },
  temporal_unavailable: {
    status: 503,
    title: 'Workflow service unavailable',
    advice:
      'Nothing was taken. Send the same again (a message with the same id) after the time in Retry-After.',
  },
  overloaded: { status: 503, title: 'Overloaded', advice: 'Send it again after the time in Retry-After.' },
  page_not_built: { status: 503, title: 'Page not built', advice: 'Run `npm run build`.' },
} as const satisfies Record<string, { status: number; title: string; advice: string }>;

export type ErrorCode = keyof typeof problems;

/** One invalid field. `path` begins with where it was found: `body.name`, `query.limit`, `path.id`, `header.idempotency-key`. */
export interface FieldError {
  path: string;
  code: string;
  message: string;
}

/** Members that some problems have besides the standard ones. */
export interface ProblemDetails {
  /** Of `graph_invalid`. */
  problems?: readonly GraphProblem[];
  /** Of `already_decided` and `already_voted`. */
  decision?: { userId: string; name: string; action: string; decidedAt: string };
}

interface Extras {
  errors?: readonly FieldError[];
  details?: ProblemDetails;
  /** Seconds until another attempt makes sense; sent as Retry-After. */
  retryAfter?: number;
  cause?: unknown;
}

/**
 * Thrown by handlers to answer with a problem. `detail` is shown to the caller: a sentence about this occurrence,
 * without secrets.
 */
export class ApiError extends Error {
  readonly errors: readonly FieldError[] | undefined;
  readonly details: ProblemDetails | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    detail: string,
    { errors, details, retryAfter, cause }: Extras = {},
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.errors = errors;
    this.details = details;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return problems[this.code].status;
  }
}

/** Body of an `application/problem+json` answer (RFC 9457). */
export interface Problem extends ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  instance?: string;
  errors?: readonly FieldError[];
}

/** @param requestId becomes `instance`, so that a report can be matched with the log. */
export function toProblem(error: ApiError, requestId?: string): Problem {
  const { status, title } = problems[error.code];
  return {
    type: `urn:coagent:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(requestId === undefined ? {} : { instance: `urn:coagent:request:${requestId}` }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...error.details,
  };
}
