import { failed, type Outcome, ok } from './finding.ts';
import { type Answer, ask, type Target } from './target.ts';

/** One that every relay knows. Nobody signs in as it here: the page that asks for consent is all that is looked at. */
const KNOWN = {
  client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
  redirect_uri: 'https://claude.ai/api/mcp/auth_callback',
} as const;

const originOf = ({ url }: Target) => new URL(url).origin;

async function serverDocument(target: Target): Promise<Answer['json']> {
  const { status, json } = await ask(target, `${originOf(target)}/.well-known/oauth-authorization-server`);
  return status === 200 ? json : undefined;
}

/** In the other modes people sign in elsewhere, and there is nothing to look at. */
export async function isRelay(target: Target): Promise<boolean> {
  const document = await serverDocument(target).catch(() => undefined);
  return document?.['authorization_endpoint'] === `${originOf(target)}/oauth/authorize`;
}

/** RFC 8414: all that clients decide by. RFC 9207 against a mix-up, client documents so that none has to register. */
export async function relayDocument(target: Target): Promise<Outcome> {
  const origin = originOf(target);
  const document = (await serverDocument(target)) ?? {};
  const expected: Readonly<Record<string, unknown>> = {
    issuer: origin,
    token_endpoint: `${origin}/oauth/token`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: true,
  };
  const wrong = Object.keys(expected).filter(
    (name) => JSON.stringify(document[name]) !== JSON.stringify(expected[name]),
  );
  if (wrong.length > 0) return failed(`not as expected: ${wrong.join(', ')}`);
  const registers = document['registration_endpoint'] === undefined ? 'no registration' : 'open registration';
  return ok(`issuer ${origin}, S256, iss, client documents, ${registers}`);
}

type Look = readonly [what: string, holds: (headers: Headers) => boolean];

const directives = (headers: Headers) =>
  (headers.get('content-security-policy') ?? '').split(';').map((directive) => directive.trim());

/** What keeps the page from being framed, scripted, cached or told on. */
const PROTECTIONS: readonly Look[] = [
  ['content-type', (headers) => headers.get('content-type') === 'text/html; charset=utf-8'],
  ["default-src 'none'", (headers) => directives(headers).includes("default-src 'none'")],
  ["frame-ancestors 'none'", (headers) => directives(headers).includes("frame-ancestors 'none'")],
  // Browsers apply it to every redirect after the form, so that clients which go on to an app of their own would break.
  ['no form-action', (headers) => !directives(headers).some((directive) => directive.startsWith('form-action'))],
  ['x-frame-options', (headers) => headers.get('x-frame-options') === 'DENY'],
  ['referrer-policy', (headers) => ['no-referrer', 'same-origin'].includes(headers.get('referrer-policy') ?? '')],
  ['cache-control', (headers) => headers.get('cache-control') === 'no-store'],
  ['cookie', (headers) => headers.getSetCookie().length === 1 && isSafeCookie(headers.getSetCookie()[0] ?? '')],
];

function isSafeCookie(line: string): boolean {
  const attributes = line.split(';').map((part) => part.trim().toLowerCase());
  const needed = ['secure', 'httponly', 'samesite=lax', 'path=/'];
  return line.startsWith('__Host-') && needed.every((attribute) => attributes.includes(attribute));
}

export async function consentPage(target: Target): Promise<Outcome> {
  const { status, headers } = await ask(target, authorizationUrl(target, KNOWN.client_id));
  if (status !== 200) return failed(`${status} where a page is due`);
  const missing = PROTECTIONS.filter(([, holds]) => !holds(headers)).map(([what]) => what);
  return missing.length === 0
    ? ok('cannot be framed, scripted or cached; one cookie of this host')
    : failed(`without ${missing.join(', ')}`);
}

/** To redirect, even with an error, would make the gateway send people wherever a stranger wants. */
export async function unknownClient(target: Target): Promise<Outcome> {
  const { status, headers } = await ask(target, authorizationUrl(target, 'https://unknown.example/client.json'));
  const location = headers.get('location');
  if (location !== null) return failed(`redirects to ${new URL(location, target.url).host}`);
  return status === 400 ? ok('400, and no redirect') : failed(`${status} where 400 is due`);
}

function authorizationUrl(target: Target, clientId: string): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: KNOWN.redirect_uri,
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: target.url,
    state: 'smoke',
  });
  return `${originOf(target)}/oauth/authorize?${query}`;
}
