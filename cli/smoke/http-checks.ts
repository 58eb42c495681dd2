import { resourceMetadataUrl } from '../../shared/core/config.ts';
import { failed, type Outcome, ok } from './finding.ts';
import { type Answer, ask, asList, asObject, type Target } from './target.ts';

/** What can be seen from outside without a token. */
export type Check = (target: Target) => Promise<Outcome>;

const originOf = ({ url }: Target) => new URL(url).origin;
const PING = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
};

/**
 * The functions repeat the challenge in the body, so both show whether the header arrived under its name and unchanged:
 * REST APIs and function URLs rename it, and then no client finds the sign-in.
 */
export const challenge: Check = async (target) => {
  const { status, headers, json } = await ask(target, target.url, PING);
  const arrived = headers.get('www-authenticate');
  const sent = asObject(asObject(json?.['error'])?.['data'])?.['challenge'];
  const metadata = `resource_metadata="${resourceMetadataUrl({ publicUrl: originOf(target) })}"`;
  if (status !== 401) return failed(`${status} where 401 is due`);
  if (arrived === null) {
    const renamed = [...headers.keys()].find((name) => name.endsWith('www-authenticate'));
    return failed(renamed === undefined ? 'no WWW-Authenticate arrives' : `WWW-Authenticate arrives as ${renamed}`);
  }
  if (arrived !== sent) return failed(`changed on the way: ${arrived}`);
  return arrived.includes(metadata) ? ok(arrived) : failed(`not with ${metadata}: ${arrived}`);
};

export const resourceMetadata: Check = async (target) => {
  const seen: string[] = [];
  for (const path of ['/mcp', '']) {
    const { status, json } = await ask(target, `${originOf(target)}/.well-known/oauth-protected-resource${path}`);
    if (status !== 200) return failed(`${status} at …/oauth-protected-resource${path}`);
    if (json?.['resource'] !== target.url) return failed(`names the resource ${String(json?.['resource'])}`);
    seen.push(JSON.stringify(json));
  }
  return seen[0] === seen[1] ? ok(`resource ${target.url} at both paths`) : failed('the two paths answer differently');
};

/** As a client goes (RFC 8414 section 3): from the issuer that the resource metadata names to its document. */
export const serverMetadata: Check = async (target) => {
  const { json } = await ask(target, resourceMetadataUrl({ publicUrl: originOf(target) }));
  const issuer = asList(json?.['authorization_servers'])[0];
  if (typeof issuer !== 'string' || !URL.canParse(issuer)) return failed('no authorization server is named');
  const document = await findMetadata(target, issuer);
  if (document === undefined) return failed(`${issuer} publishes no metadata`);
  if (document['issuer'] !== issuer) return failed(`says it is ${String(document['issuer'])}, not ${issuer}`);
  if (!asList(document['code_challenge_methods_supported']).includes('S256')) return failed(`${issuer} offers no S256`);
  const missing = ['authorization_endpoint', 'token_endpoint'].filter((name) => typeof document[name] !== 'string');
  return missing.length === 0 ? ok(`${issuer}, S256`) : failed(`${issuer} has no ${missing.join(', ')}`);
};

async function findMetadata(target: Target, issuer: string): Promise<Answer['json']> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}/.well-known/openid-configuration${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  for (const place of new Set(places)) {
    const { status, json } = await ask(target, place);
    if (status === 200 && json !== undefined) return json;
  }
  return undefined;
}

export const notFound: Check = async (target) => {
  const { status, headers, json } = await ask(target, `${originOf(target)}/no-such-path`);
  const type = headers.get('content-type');
  const code = asObject(json?.['error'])?.['code'];
  return status === 404 && code === 'NOT_FOUND' ? ok('404 with our JSON') : failed(`${status}, ${type}, code ${code}`);
};

export const methodNotAllowed: Check = async (target) => {
  const { status, headers } = await ask(target, target.url);
  const allow = headers.get('allow');
  return status === 405 && allow !== null ? ok(`405, Allow: ${allow}`) : failed(`${status}, Allow: ${allow}`);
};

export const preflight: Check = async (target) => {
  const origin = originOf(target);
  const { status, headers, json } = await ask(target, target.url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, mcp-protocol-version',
    },
  });
  const allowed = headers.get('access-control-allow-origin');
  const names = (headers.get('access-control-allow-headers') ?? '').split(/\s*,\s*/);
  if (status !== 204) return failed(`${status} ${String(json?.['message'] ?? '')}`.trim());
  if (allowed === null) return failed(`${origin} is not among allowedOrigins`);
  return names.includes('authorization') ? ok(`204 for ${allowed}`) : failed('the header authorization is not allowed');
};

/** A token with many groups is some kilobytes long. Front doors allow 10,240 (HTTP API) or 16,384 (Node) for all headers. */
const HEADER_SIZES = [4096, 6144, 8192, 9216, 10_240, 16_384];

export const headerSize: Check = async (target) => {
  let passed = 0;
  for (const size of HEADER_SIZES) {
    const padding = { ...PING.headers, 'mcp-param-probe': 'x'.repeat(size) };
    const { status } = await ask(target, target.url, { ...PING, headers: padding });
    // 401 is the function's answer to a request without a token: this one got through.
    if (status !== 401) return sizes(passed, `${size} bytes are answered ${status}`);
    passed = size;
  }
  return sizes(passed, 'no larger one was tried');
};

function sizes(passed: number, then: string): Outcome {
  return passed === 0 ? failed(then) : ok(`a header of ${passed} bytes arrives; ${then}`);
}
