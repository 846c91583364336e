import type { HttpContext } from '../http/context';
import type { ClientInfo } from './sessions';

export const clientOf = (ctx: HttpContext): ClientInfo => ({
  address: ctx.ip,
  userAgent: ctx.get('User-Agent').slice(0, 300) || null,
});
