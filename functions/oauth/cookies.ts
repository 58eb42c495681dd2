import type { BrowserSecret, ReadBrowserSecret } from '../../shared/oauth/transaction.ts';
import { TRANSACTION_MS } from '../../shared/oauth/transaction.ts';
import type { HttpEvent } from '../middleware/chain.ts';

/**
 * One for each tab, so that two sign-ins at once do not disturb each other. `__Host-`: no other host of the domain can
 * set it. Lax: it has to come along when the identity provider sends the browser back, which Strict forbids.
 */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';

const nameOf = (tx: string) => `__Host-mcp_tx_${tx}`;

export function cookieFor({ tx, value }: BrowserSecret): string {
  return `${nameOf(tx)}=${value}; ${ATTRIBUTES}; Max-Age=${TRANSACTION_MS / 1000}`;
}

export function forgetting(tx: string): string {
  return `${nameOf(tx)}=; ${ATTRIBUTES}; Max-Age=0`;
}

/** API Gateway hands cookies over as a list; a name that comes twice is nobody's. */
export function browserSecretIn(event: HttpEvent): ReadBrowserSecret {
  const pairs = (event.cookies ?? []).concat(event.headers['cookie'] ?? []).flatMap((line) => line.split(/[;,] */));
  return (tx) => {
    const start = `${nameOf(tx)}=`;
    const values = new Set(pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length)));
    const [value] = values;
    return values.size === 1 ? value : undefined;
  };
}
