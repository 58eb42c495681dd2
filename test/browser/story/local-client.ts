import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { close } from '../../../cli/dev/network.ts';
import { listenAnywhere } from '../../support/listen.ts';

/** A program on this computer that wants access: it opens a page in the browser and listens for the answer. */
export interface LocalClient {
  readonly name: string;
  readonly redirectUri: string;
  readonly state: string;
  /** What it opens in the browser. */
  readonly authorizationUrl: string;
  /** Everything that came to its redirect URI. */
  readonly answers: readonly URLSearchParams[];
  /** The access token for a code. @throws Error with the error of the answer */
  redeem(answer: URLSearchParams | undefined): Promise<string>;
  stop(): Promise<void>;
}

export interface LocalClientOptions {
  /** Of the gateway. */
  readonly origin: string;
  readonly name: string;
  /** One that the gateway knows; else it registers itself. */
  readonly clientId?: string;
  /** Where its redirect URI redirects on to. */
  readonly onwards?: string;
}

export async function startClient({ origin, name, clientId, onwards }: LocalClientOptions): Promise<LocalClient> {
  const answers: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname !== '/callback') return void response.writeHead(404).end();
    answers.push(searchParams);
    if (onwards !== undefined) return void response.writeHead(302, { location: onwards }).end();
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>${name}</title><h1>Back in ${name}</h1>`);
  });
  const redirectUri = `http://127.0.0.1:${await listenAnywhere(server)}/callback`;
  const stop = () => close(server);
  try {
    const id = clientId ?? (await register(origin, name, redirectUri));
    const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(12).toString('base64url')];
    const authorizationUrl = `${origin}/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: id,
      redirect_uri: redirectUri,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource: `${origin}/mcp`,
      state,
    })}`;
    const redeem = (answer: URLSearchParams | undefined) =>
      redeemCode(origin, { client_id: id, redirect_uri: redirectUri, code_verifier: verifier }, answer);
    return { name, redirectUri, state, authorizationUrl, answers, redeem, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function register(origin: string, name: string, redirectUri: string): Promise<string> {
  const answer = await fetch(`${origin}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: name, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: id } = (await answer.json()) as { readonly client_id?: string };
  if (id === undefined) throw new Error(`registration was answered ${answer.status}`);
  return id;
}

async function redeemCode(
  origin: string,
  proof: Readonly<Record<string, string>>,
  answer: URLSearchParams | undefined,
): Promise<string> {
  const form = {
    ...proof,
    grant_type: 'authorization_code',
    code: answer?.get('code') ?? '',
    resource: `${origin}/mcp`,
  };
  const response = await fetch(`${origin}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token, error } = (await response.json()) as Readonly<Record<string, string | undefined>>;
  if (token === undefined) throw new Error(`the token endpoint answered ${response.status} ${error}`);
  return token;
}

/** Who the gateway says its caller is, told to the official client. */
export async function whoIs(origin: string, token: string): Promise<unknown> {
  const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  const client = new Client({ name: 'browser-test', version: '1.0.0' });
  await client.connect(transport);
  try {
    const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} });
    return (structuredContent as { readonly subject?: unknown }).subject;
  } finally {
    await client.close();
  }
}
