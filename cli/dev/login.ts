import { createHash, randomBytes } from 'node:crypto';
import { Failure } from '../failure.ts';
import { followLogin } from './person.ts';

/** Where a client gets its tokens. */
export interface SignInEndpoints {
  readonly authorization: string;
  readonly token: string;
}

/** Of the embedded identity provider. */
export const endpointsOfIdp = (issuer: string): SignInEndpoints => ({
  authorization: `${issuer}/auth`,
  token: `${issuer}/token`,
});

/** Of the relay. */
export const endpointsOfRelay = (publicUrl: string): SignInEndpoints => ({
  authorization: `${publicUrl}/oauth/authorize`,
  token: `${publicUrl}/oauth/token`,
});

export interface TokenRequest {
  readonly endpoints: SignInEndpoints;
  readonly resource: string;
  readonly client: { readonly id: string; readonly redirectUri: string };
  readonly user: string;
  /** Separated by spaces. */
  readonly scope: string;
}

/** The authorization code flow with PKCE (RFC 7636) and a resource indicator (RFC 8707). */
export async function fetchToken({ endpoints, resource, client, user, scope }: TokenRequest): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const authorization = new URL(endpoints.authorization);
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
  const response = await fetch(endpoints.token, {
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
