import type { HttpContext } from './context';

/** The address that a request was sent to: scheme and host, as its sender knows them. */
export const addressOf = ({ protocol, host }: HttpContext): string => `${protocol}://${host}`;
