import { createHash, randomBytes } from 'node:crypto';
import type { Persona } from '../persona.ts';
import type { Person } from '../tested-client.ts';
import type { Server } from './discover.ts';
import type { Client } from './identify.ts';
import { stop } from './stopped.ts';
import { textOf, type Wire } from './wire.ts';

export interface Tokens {
  readonly access: string;
  readonly refresh: string | undefined;
  /** As answered, else as asked for (RFC 6749 section 5.1). */
  readonly scopes: readonly string[];
}

/** Everything that one grant of tokens depends on. */
export interface Grant {
  readonly persona: Persona;
  readonly server: Server;
  readonly client: Client;
  /** For RFC 8707; undefined for a client that sends none. */
  readonly resource: string | undefined;
}

/** The authorization code flow with S256 (RFC 7636). @throws Stopped at the step that fails */
export async function authorize(
  wire: Wire,
  grant: Grant,
  signIn: Person['signIn'],
  scopes: readonly string[],
): Promise<Tokens> {
  const { client, server } = grant;
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const url = new URL(server.authorization);
  const parameters = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    ...resourceFor(grant, 'authorization'),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const back = await signIn(url);
  const code = readCallback(grant, back.searchParams, state);
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    client_id: client.id,
    code_verifier: verifier,
    ...resourceFor(grant, 'token'),
  };
  return requestTokens(wire, grant, 'token', form, scopes);
}

/** RFC 6749 section 6. */
export function refresh(wire: Wire, grant: Grant, { refresh: token = '', scopes }: Tokens): Promise<Tokens> {
  const form = {
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: grant.client.id,
    ...(grant.persona.refreshScope.value ? { scope: scopes.join(' ') } : {}),
    ...resourceFor(grant, 'refresh'),
  };
  return requestTokens(wire, grant, 'refresh', form, scopes).then((tokens) => ({
    ...tokens,
    refresh: tokens.refresh ?? token,
  }));
}

function resourceFor({ persona, resource }: Grant, request: 'authorization' | 'token' | 'refresh') {
  return resource !== undefined && persona.resource.value.on.includes(request) ? { resource } : {};
}

/** State first, then `iss` (RFC 9207 section 2.4): neither a code nor an error of another server is believed. */
function readCallback({ persona, server }: Grant, answer: URLSearchParams, state: string): string {
  if (answer.get('state') !== state)
    return stop('callback', 'other_state', 'the state came back changed or not at all');
  const iss = answer.get('iss');
  if (persona.iss.value === 'checked') {
    if (iss === null && server.announcesIss) return stop('callback', 'no_iss', 'iss is announced and was not sent');
    if (iss !== null && iss !== server.issuer)
      return stop('callback', 'other_iss', `iss is ${iss}, not ${server.issuer}`);
  }
  const error = answer.get('error');
  if (error !== null) return stop('authorization', error, answer.get('error_description') ?? error);
  return answer.get('code') ?? stop('callback', 'no_code', 'neither a code nor an error came back');
}

async function requestTokens(
  wire: Wire,
  { server }: Grant,
  step: 'token' | 'refresh',
  form: Readonly<Record<string, string>>,
  asked: readonly string[],
): Promise<Tokens> {
  const { status, json } = await wire.postForm(server.token, form);
  const access = textOf(json, 'access_token');
  if (status !== 200 || access === undefined) {
    const error = textOf(json, 'error') ?? `http_${status}`;
    return stop(step, error, textOf(json, 'error_description') ?? `the token endpoint answered ${status}`);
  }
  if (textOf(json, 'token_type')?.toLowerCase() !== 'bearer')
    return stop(step, 'no_bearer', 'token_type is not Bearer');
  const granted = textOf(json, 'scope')?.split(' ').filter(Boolean);
  return { access, refresh: textOf(json, 'refresh_token'), scopes: granted ?? asked };
}
