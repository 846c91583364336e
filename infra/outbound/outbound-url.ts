import { isIP } from 'node:net';
import { isPermitted, type AddressBlock } from './address-blocks';
import { OutboundRefusedError } from './outbound-errors';

/**
 * What can be said of a URL before it is called: scheme, credentials, and the address when it is written out, in any
 * notation (`http://2130706433/` is 127.0.0.1). Where a name leads is checked at each connection.
 * @throws OutboundRefusedError
 */
export function checkOutboundUrl(text: string, allowed: readonly AddressBlock[]): URL {
  if (!URL.canParse(text)) throw new OutboundRefusedError('url');
  // Parsing turns every notation of an IPv4 address into four decimal numbers.
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new OutboundRefusedError('scheme');
  if (url.username !== '' || url.password !== '') throw new OutboundRefusedError('credentials');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !isPermitted(host, allowed)) throw new OutboundRefusedError('address');
  return url;
}
