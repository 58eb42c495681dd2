import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close } from '../../cli/dev/network.ts';
import { consentPage, errorPage } from '../../functions/oauth/pages.ts';
import { listenAnywhere } from '../support/listen.ts';
import { crowded, hostileNames, loopback, problem, unverified, verified } from './views.ts';

const NONCE = 'bm9uY2Utb2YtdGhlLWZpeHR1cmU';

/** The relay's headers on every page of its own, so that a page is judged as it will be shown. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'nonce-${NONCE}'; frame-ancestors 'none'; base-uri 'none'`,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

const PAGES: ReadonlyMap<string, string> = new Map([
  ['/verified', consentPage(verified, NONCE)],
  ['/loopback', consentPage(loopback, NONCE)],
  ['/unverified', consentPage(unverified, NONCE)],
  ['/crowded', consentPage(crowded, NONCE)],
  ['/error', errorPage(problem, NONCE)],
  ...[...hostileNames].map(([name, { view }]) => [`/name/${name}`, consentPage(view, NONCE)] as const),
]);

export const PAGE_PATHS: readonly string[] = [...PAGES.keys()];

export interface PageServer {
  readonly origin: string;
  /** Bodies of the forms that were sent. */
  readonly sent: string[];
  stop(): Promise<void>;
}

/** The pages of the relay from fixtures, on loopback. */
export async function servePages(): Promise<PageServer> {
  const sent: string[] = [];
  const server = createServer((request, response) => void answer(request, response, sent));
  const port = await listenAnywhere(server);
  return { origin: `http://127.0.0.1:${port}`, sent, stop: () => close(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, sent: string[]): Promise<void> {
  const path = decodeURIComponent(request.url ?? '/');
  if (request.method === 'POST') {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    sent.push(`${path} ${body}`);
    return void response.writeHead(204).end();
  }
  const page = PAGES.get(path);
  if (page === undefined) return void response.writeHead(404).end();
  response.writeHead(200, PAGE_HEADERS).end(page);
}
