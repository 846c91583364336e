import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range of IP addresses: its first address, and how many leading bits all of them share. */
export type AddressBlock = readonly [first: Address, bits: number];

/** All that is public of IPv6. What else the library takes for unicast is not assigned, or holds an IPv4 address. */
const publicIPv6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Public by its number, yet it answers inside of Azure only, and hands out secrets of the machine. */
const metadataAddresses: readonly string[] = ['168.63.129.16'];

/**
 * @param text an IP address or a CIDR block: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
 * @returns null when it is neither.
 */
export function parseBlock(text: string): AddressBlock | null {
  const [, first = '', , bits] = /^([^/]*)(\/(\d{1,3}))?$/.exec(text) ?? [];
  const width = { 0: null, 4: 32, 6: 128 }[isIP(first)] ?? null;
  const shared = bits === undefined ? width : Number(bits);
  if (width === null || shared === null || shared > width) return null;
  return [ipaddr.parse(first), shared];
}

/** Whether outgoing calls that users name may reach this IP address. What is no address may not. */
export function isPermitted(address: string, allowed: readonly AddressBlock[]): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  return isPublic(parsed) || allowed.some(([first, bits]) => isWithin(parsed, first, bits));
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || metadataAddresses.includes(address.toString())) return false;
  return address instanceof ipaddr.IPv4 || address.match(publicIPv6);
}

function isWithin(address: Address, first: Address, bits: number): boolean {
  if (address instanceof ipaddr.IPv4) return first instanceof ipaddr.IPv4 && address.match(first, bits);
  return first instanceof ipaddr.IPv6 && address.match(first, bits);
}
