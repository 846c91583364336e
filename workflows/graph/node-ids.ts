import { reservedIds } from '../contracts/graph/document';

export const idPattern = /^[A-Za-z0-9_-]{1,64}$/;

/** Ids that mean something else in expressions, in node run keys, or to JavaScript. */
export const isReservedId = (id: string): boolean => reservedIds.includes(id) || id in Object.prototype;
