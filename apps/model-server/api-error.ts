import type { ServerResponse } from 'node:http';
import { sendJson } from './send-json';

/** A refusal in OpenAI's error shape. Thrown anywhere while a request is handled; the server writes it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: { code?: string; param?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

const typeOf = (status: number): string => {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

export function sendApiError(response: ServerResponse, error: ApiError): void {
  const { code, param, headers } = error.details;
  const body = {
    error: { message: error.message, type: typeOf(error.status), param: param ?? null, code: code ?? null },
  };
  sendJson(response, error.status, body, headers);
}
