import { randomBytes } from 'node:crypto';
import type { HttpResponse } from '../middleware/chain.ts';

/**
 * No `form-action`: browsers apply it to every redirect after the form too, and those lead to the provider's login, to
 * its own federation, and to schemes of apps (`claude://`) that nobody can list.
 */
const policy = (nonce: string) =>
  `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'`;

/** What every page and redirect of the relay carries. */
const BROWSER_HEADERS = {
  'x-frame-options': 'DENY',
  // Not no-referrer: with it browsers send `Origin: null` from the form on this very page.
  'referrer-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000',
  'cache-control': 'no-store',
} as const;

/** A page with its own nonce, which is new each time. */
export function page(statusCode: number, render: (nonce: string) => string): HttpResponse {
  const nonce = randomBytes(16).toString('base64');
  const headers = {
    ...BROWSER_HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy(nonce),
  };
  return { statusCode, headers, body: render(nonce) };
}

export function redirect(location: string, cookies: readonly string[] = []): HttpResponse {
  return { statusCode: 302, headers: { ...BROWSER_HEADERS, location }, cookies: [...cookies] };
}
