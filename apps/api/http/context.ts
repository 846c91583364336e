import type { ParameterizedContext } from 'koa';

/** Koa's context of an HTTP request. (Koa's own name for it says that it has a WebSocket, once koa-websocket is loaded.) */
export type HttpContext = ParameterizedContext;
