import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { endpointsOfIdp, fetchToken } from '../../cli/dev/login.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { followLogin } from '../../cli/dev/person.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { loginToken } from '../../cli/smoke/login.ts';
import { runSmoke } from '../../cli/smoke/run.ts';
import type { Target } from '../../cli/smoke/target.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { captureLog } from '../support/log.ts';

let gateway: DevGateway;
let target: Target;

beforeAll(async () => {
  gateway = await startDev({ port: await findFreePort(), context: { demoBackend: 'false' }, log: captureLog().log });
  const { url, issuer, tables } = gateway.state;
  const audit = createAuditReader({ dynamo: gateway.dynamo, table: tables.audit });
  const token = await tokenFor(issuer, 'starter.whoami');
  target = { url, audit, fetch, token, pause: async () => undefined };
});

afterAll(() => gateway.stop());

function tokenFor(issuer: string, scope: string): Promise<string> {
  return fetchToken({
    endpoints: endpointsOfIdp(issuer),
    resource: gateway.state.url,
    client: DEV_CLIENT,
    user: 'alice',
    scope,
  });
}

/** What each check ended with; details only of those that are not ok. */
async function smoke(changes: Partial<Target> = {}) {
  const findings = await runSmoke({ ...target, ...changes });
  return Object.fromEntries(
    findings.map(({ check, result, detail }) => [check, result === 'ok' ? 'ok' : `${result}: ${detail}`]),
  );
}

const ALL_OK = {
  'challenge on 401': 'ok',
  'resource metadata': 'ok',
  'authorization server': 'ok',
  'unknown path': 'ok',
  'GET /mcp': 'ok',
  'CORS preflight': 'ok',
  'header size': 'ok',
  'tool call': 'ok',
  'audit row': 'ok',
  latency: 'ok',
};

/** A way to the gateway on which answers to some requests are changed. */
function throughProxy(matches: (request: Request) => boolean, change: (response: Response) => Response): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    return matches(new Request(input, init)) ? change(response) : response;
  };
}

function withHeaders({ status, body, headers }: Response, change: (headers: Headers) => void): Response {
  const changed = new Headers(headers);
  change(changed);
  return new Response(body, { status, headers: changed });
}

const toMcp = (method: string) => (request: Request) =>
  new URL(request.url).pathname === '/mcp' && request.method === method;
const at = (path: string) => (request: Request) => new URL(request.url).pathname === path;

describe('the smoke checks', () => {
  test('all pass on a gateway that is as it should be, and the details say what was seen', async () => {
    const findings = await runSmoke(target);
    const details = Object.fromEntries(findings.map(({ check, detail }) => [check, detail]));
    const { origin } = new URL(target.url);
    expect({ results: findings.map(({ result }) => result), details }).toEqual({
      results: Array.from({ length: 10 }, () => 'ok'),
      details: {
        'challenge on 401': `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp", scope="${gateway.state.scopes.join(' ')}"`,
        'resource metadata': `resource ${target.url} at both paths`,
        'authorization server': `${gateway.state.issuer}, S256`,
        'unknown path': '404 with our JSON',
        'GET /mcp': '405, Allow: POST, OPTIONS',
        'CORS preflight': `204 for ${origin}`,
        'header size': 'a header of 9216 bytes arrives; 10240 bytes are answered 431',
        'tool call': expect.stringMatching(/^\d+ tools; whoami says usr_[0-9A-Z]{26}$/),
        'audit row': expect.stringMatching(/^whoami allowed ok, call [0-9a-f-]{36}$/),
        latency: expect.stringMatching(/^p50 \d+ ms, p99 \d+ ms, 20 calls of whoami, one after another$/),
      },
    });
  });

  test('without a token, what needs one is skipped with the reason', async () => {
    const why = 'skipped: no token: give TOKEN=… or --token, or run it in a terminal to sign in';
    expect(await smoke({ token: undefined })).toEqual({
      ...ALL_OK,
      'tool call': why,
      'audit row': why,
      latency: why,
    });
  });

  test('a token that is refused fails the call and skips what would follow from it', async () => {
    expect(await smoke({ token: 'no.such.token' })).toEqual({
      ...ALL_OK,
      'tool call': expect.stringMatching(/^failed: tools\/list was answered 401 [A-Z_]+$/),
      'audit row': 'skipped: the call did not succeed',
      latency: 'skipped: the call did not succeed',
    });
  });

  test('a call that left no record fails', async () => {
    expect(await smoke({ audit: { query: async () => [] } })).toEqual({
      ...ALL_OK,
      'audit row': expect.stringMatching(/^failed: no row of usr_[0-9A-Z]{26} after 5 seconds$/),
    });
  });

  test('a gateway that cannot be reached fails every check with the cause', async () => {
    const refused = async () => {
      throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') });
    };
    const names = Object.keys(ALL_OK).slice(0, 8);
    expect(await smoke({ fetch: refused })).toEqual({
      ...Object.fromEntries(names.map((name) => [name, 'failed: fetch failed: getaddrinfo ENOTFOUND'])),
      'audit row': 'skipped: the call did not succeed',
      latency: 'skipped: the call did not succeed',
    });
  });

  const renamed = (headers: Headers) => {
    headers.set('x-amzn-remapped-www-authenticate', headers.get('www-authenticate') ?? '');
    headers.delete('www-authenticate');
  };
  const rows: ReadonlyArray<readonly [string, typeof fetch, Readonly<Record<string, string>>]> = [
    [
      'a front door that renames the challenge',
      throughProxy(toMcp('POST'), (response) => (response.status === 401 ? withHeaders(response, renamed) : response)),
      { 'challenge on 401': 'failed: WWW-Authenticate arrives as x-amzn-remapped-www-authenticate' },
    ],
    [
      'one that changes it',
      throughProxy(toMcp('POST'), (response) =>
        response.status === 401
          ? withHeaders(response, (headers) => headers.set('www-authenticate', 'Bearer'))
          : response,
      ),
      { 'challenge on 401': 'failed: changed on the way: Bearer' },
    ],
    [
      'metadata for another resource',
      throughProxy(at('/.well-known/oauth-protected-resource/mcp'), () => Response.json({ resource: 'https://other' })),
      {
        'resource metadata': 'failed: names the resource https://other',
        'authorization server': 'failed: no authorization server is named',
      },
    ],
    [
      'an authorization server without S256',
      throughProxy(at('/.well-known/oauth-authorization-server'), () =>
        Response.json({ issuer: new URL(gateway.state.issuer).origin }),
      ),
      { 'authorization server': expect.stringMatching(/^failed: http:\/\/localhost:\d+ offers no S256$/) as never },
    ],
    [
      'an error page of something in front',
      throughProxy(
        at('/no-such-path'),
        () => new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } }),
      ),
      { 'unknown path': 'failed: 404, text/html, code undefined' },
    ],
    [
      'a stream where none is',
      throughProxy(toMcp('GET'), () => new Response('', { status: 200 })),
      { 'GET /mcp': 'failed: 200, Allow: null' },
    ],
    [
      'a front door that takes small headers only',
      throughProxy(
        (request) => request.headers.has('mcp-param-probe'),
        () => new Response('', { status: 494 }),
      ),
      { 'header size': 'failed: 4096 bytes are answered 494' },
    ],
    [
      'an API that answers preflights itself',
      throughProxy(toMcp('OPTIONS'), () => Response.json({ message: 'CORS not configured' }, { status: 403 })),
      { 'CORS preflight': 'failed: 403 CORS not configured' },
    ],
  ];
  test.each(rows)('notice %s', async (_name, send, noticed) => {
    expect(await smoke({ fetch: send })).toEqual({ ...ALL_OK, ...noticed });
  });
});

test('the sign-in ends with a token of the person at the browser', async () => {
  const port = await findFreePort();
  let shown = '';
  const token = loginToken({
    url: target.url,
    port,
    clientId: undefined,
    fetch,
    print: (line) => {
      shown = /http\S+\/auth\?\S+/.exec(line)?.[0] ?? '';
      void followLogin(new URL(shown), 'alice').then((back) => fetch(back));
    },
  });
  const [, claims = ''] = (await token).split('.');
  const { sub, aud } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
  expect({ sub, aud, asked: new URL(shown).searchParams.get('redirect_uri') }).toEqual({
    sub: 'alice',
    aud: target.url,
    asked: `http://localhost:${port}/callback`,
  });
});
