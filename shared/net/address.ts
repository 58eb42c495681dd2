import { isIPv4, isIPv6 } from 'node:net';

/**
 * Where an address leads. `never` is what no request of a gateway has a reason to reach: link-local with the metadata
 * services of AWS, multicast, reserved and documentation ranges, and every form of IPv6 that wraps an IPv4 address and
 * so could carry one past a check.
 */
export type Reach = 'public' | 'private' | 'loopback' | 'never';

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast (RFC 5771). */
const SPECIAL_V4: readonly (readonly [base: string, bits: number, reach: Reach])[] = [
  ['0.0.0.0', 8, 'never'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'never'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'never'],
  ['192.0.2.0', 24, 'never'],
  ['192.88.99.0', 24, 'never'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'never'],
  ['198.51.100.0', 24, 'never'],
  ['203.0.113.0', 24, 'never'],
  ['224.0.0.0', 4, 'never'],
  ['240.0.0.0', 4, 'never'],
];

/** An address as a resolver or the URL parser writes it. Everything else is `never`. */
export function reachOf(address: string): Reach {
  if (isIPv4(address)) return reachOfV4(address);
  // A zone id names an interface of this machine.
  return isIPv6(address) && !address.includes('%') ? reachOfV6(address) : 'never';
}

function reachOfV4(address: string): Reach {
  const value = toNumber(address);
  const range = SPECIAL_V4.find(([base, bits]) => value >>> (32 - bits) === toNumber(base) >>> (32 - bits));
  return range?.[2] ?? 'public';
}

function toNumber(address: string): number {
  return address.split('.').reduce((value, part) => ((value << 8) | Number(part)) >>> 0, 0);
}

/**
 * Only global unicast, 2000::/3 (RFC 4291), is public: so v4-mapped, v4-compatible, NAT64, site-local and multicast need
 * no row. Of it all that is special is told by the first 32 bits.
 */
function reachOfV6(address: string): Reach {
  if (address === '::1') return 'loopback';
  const [first = 0, second = 0] = address.split(':', 2).map((group) => Number.parseInt(group || '0', 16));
  if ((first & 0xfe00) === 0xfc00) {
    // fd00:ec2::/32: the metadata service, the resolver and the clock of AWS.
    return first === 0xfd00 && second === 0x0ec2 ? 'never' : 'private';
  }
  if ((first & 0xe000) !== 0x2000) return 'never';
  const special =
    // IETF protocols with Teredo and ORCHID, 2001::/23
    (first === 0x2001 && second < 0x0200) ||
    // documentation, 2001:db8::/32 and 3fff::/20
    (first === 0x2001 && second === 0x0db8) ||
    (first === 0x3fff && second < 0x1000) ||
    // 6to4
    first === 0x2002;
  return special ? 'never' : 'public';
}
