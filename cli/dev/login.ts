import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '../failure.ts';

/**
 * Follows an authorization URL of the embedded identity provider without a browser, as the user named in `login_hint`.
 *
 * @returns the redirect back to the client, with `code` or `error`
 */
export async function followLogin(authorization: URL, user: string): Promise<URL> {
  authorization.searchParams.set('login_hint', user);
  const cookies = new Map<string, string>();
  let next = authorization;
  for (let hop = 0; hop < 10; hop++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: cookie ? { cookie } : {} });
    await response.arrayBuffer();
    for (const line of response.headers.getSetCookie()) remember(cookies, line);
    const location = response.headers.get('location');
    if (location === null) throw new Failure(`The identity provider answered ${response.status} at ${next.pathname}.`);
    next = new URL(location, next);
    if (next.origin !== authorization.origin) return next;
  }
  throw new Failure('The identity provider redirects in a circle.');
}

function remember(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';', 1);
  const at = pair.indexOf('=');
  cookies.set(pair.slice(0, at), pair.slice(at + 1));
}

export interface TokenRequest {
  readonly issuer: string;
  readonly resource: string;
  readonly client: { readonly id: string; readonly redirectUri: string };
  readonly user: string;
  /** Separated by spaces. */
  readonly scope: string;
}

/** The authorization code flow with PKCE (RFC 7636) and a resource indicator (RFC 8707). */
export async function fetchToken({ issuer, resource, client, user, scope }: TokenRequest): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const authorization = new URL(`${issuer}/auth`);
  authorization.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
    scope,
  }).toString();
  const back = await followLogin(authorization, user);
  const code = back.searchParams.get('code');
  if (code === null) throw new Failure(`Sign-in failed: ${back.searchParams.get('error_description') ?? 'no code'}`);
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: client.id,
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
      resource,
    }),
  });
  const answer = (await response.json()) as { readonly access_token?: string; readonly error_description?: string };
  if (answer.access_token === undefined) throw new Failure(`No token: ${answer.error_description ?? response.status}`);
  return answer.access_token;
}
