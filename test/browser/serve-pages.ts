import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { close } from '../../cli/dev/network.ts';
import { page } from '../../functions/oauth/browser-answers.ts';
import { consentPage, errorPage } from '../../functions/oauth/pages.ts';
import { listenAnywhere } from '../support/listen.ts';
import { crowded, entered, hostileNames, loopback, problem, unverified, verified } from './views.ts';

const PAGES: ReadonlyMap<string, (nonce: string) => string> = new Map([
  ['/verified', (nonce) => consentPage(verified, nonce)],
  ['/loopback', (nonce) => consentPage(loopback, nonce)],
  ['/entered', (nonce) => consentPage(entered, nonce)],
  ['/unverified', (nonce) => consentPage(unverified, nonce)],
  ['/crowded', (nonce) => consentPage(crowded, nonce)],
  ['/error', (nonce) => errorPage(problem, nonce)],
  ...[...hostileNames].map(
    ([name, { view }]) => [`/name/${name}`, (nonce: string) => consentPage(view, nonce)] as const,
  ),
]);

export const PAGE_PATHS: readonly string[] = [...PAGES.keys()];

export interface PageServer {
  readonly origin: string;
  /** Bodies of the forms that were sent. */
  readonly sent: string[];
  stop(): Promise<void>;
}

/** The pages of the relay from fixtures, on loopback, with the headers that the relay gives them. */
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
    return void response.writeHead(200, { 'content-type': 'text/plain' }).end('sent');
  }
  const render = PAGES.get(path);
  if (render === undefined) return void response.writeHead(404).end();
  const { headers, body } = page(200, render);
  for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, String(value));
  response.end(body);
}
