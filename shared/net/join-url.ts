import { NetError } from './net-error.ts';

/**
 * A backend's base URL with a built path and query. Compared after parsing: origin, path and query are exactly what was
 * put together. What a parser would read differently is refused here, even if it got past the builders.
 *
 * @throws NetError url_refused
 */
export function joinUrl(base: URL, path: string, query = ''): URL {
  const prefix = base.pathname.replace(/\/$/, '');
  const text = `${base.origin}${prefix}${path}${query}`;
  // A base with a query, a fragment or a user is a mistake, and would not end where its path does.
  const isBase = base.href === `${base.origin}${base.pathname}`;
  if (!isBase || !path.startsWith('/') || !URL.canParse(text)) throw new NetError('url_refused');
  const url = new URL(text);
  const stays = url.origin === base.origin && url.pathname === `${prefix}${path}` && url.search === query;
  if (!stays) throw new NetError('url_refused');
  return url;
}
