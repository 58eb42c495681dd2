import { isIP } from 'node:net';
import { type Reach, reachOf } from './address.ts';
import { NetError, type NetReason } from './net-error.ts';

/** What decides where a request may go. */
export interface TargetPolicy {
  /** `host`, or `host:port` where the port is not the scheme's own, as the URL parser writes them. Nothing else matches. */
  readonly hosts: ReadonlySet<string>;
  /** Addresses of a private network count too: declared by the operator for this one destination. */
  readonly allowPrivate: boolean;
  /** `localhost`, `127.0.0.1` and `[::1]` count too, and there plain http: for local development. */
  readonly allowHttpLoopback: boolean;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopbackHost({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname);
}

/** @throws Error at start for a host that could never match, because a URL writes it in another way */
export function checkHosts(hosts: ReadonlySet<string>): void {
  for (const host of hosts) {
    const url = `https://${host}/`;
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.href !== url || parsed.host !== host || host.endsWith('.')) {
      throw new Error(
        `${JSON.stringify(host)} is no host as URLs have it: write "api.example.com" or "api.example.com:8443"`,
      );
    }
  }
}

/**
 * The URL, if it is one that the policy lets a request go to. What its name resolves to is judged when it is connected.
 *
 * @throws NetError url_refused, host_not_allowed, address_refused
 */
export function readTarget(input: URL | string, policy: TargetPolicy): URL {
  const url = parseExactly(input);
  const problem = url === undefined ? 'url_refused' : targetProblem(url, policy);
  if (url === undefined || problem !== undefined) throw new NetError(problem ?? 'url_refused');
  return url;
}

/** Of what the URL itself says, without a look at DNS. */
export function targetProblem(url: URL, policy: TargetPolicy): NetReason | undefined {
  const plainHttp = url.protocol === 'http:' && policy.allowHttpLoopback && isLoopbackHost(url);
  if (!(url.protocol === 'https:' || plainHttp) || !isBare(url)) return 'url_refused';
  if (!policy.hosts.has(url.host)) return 'host_not_allowed';
  if (isLoopbackHost(url) && !policy.allowHttpLoopback) return 'address_refused';
  const address = url.hostname.replace(/^\[|\]$/g, '');
  // Node asks no resolver for an address, so this is the only look at it.
  if (isIP(address) !== 0 && !reachable(url, policy)(reachOf(address))) return 'address_refused';
  return undefined;
}

/** A name of this machine must not lead elsewhere, and no other name to this machine. */
export function reachable(url: URL, { allowPrivate }: TargetPolicy): (reach: Reach) => boolean {
  if (isLoopbackHost(url)) return (reach) => reach === 'loopback';
  return (reach) => reach === 'public' || (reach === 'private' && allowPrivate);
}

/**
 * The parser drops tabs and line breaks, turns `\` into `/`, resolves dot segments in any encoding, and reads numbers,
 * fullwidth characters and other scripts as hosts. A text that it had to change is not what somebody checked before.
 */
function parseExactly(input: URL | string): URL | undefined {
  if (typeof input !== 'string') return input;
  if (!URL.canParse(input)) return undefined;
  const url = new URL(input);
  return url.href === input || url.href === `${input}/` ? url : undefined;
}

function isBare({ username, password, hash, hostname }: URL): boolean {
  // With a dot at its end a name is the same for DNS, and another one for lists and certificates.
  return username === '' && password === '' && hash === '' && !hostname.endsWith('.');
}
