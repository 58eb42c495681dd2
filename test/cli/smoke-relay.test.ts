import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { endpointsOfRelay, fetchToken } from '../../cli/dev/login.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { followLogin } from '../../cli/dev/person.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { loginToken } from '../../cli/smoke/login.ts';
import { runSmoke } from '../../cli/smoke/run.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { captureLog } from '../support/log.ts';

let gateway: DevGateway;
let origin: string;
let token: string;
const smokeClient = { client_id: 'smoke', client_name: 'Smoke', redirect_uris: ['http://localhost/callback'] };

beforeAll(async () => {
  const context = { authorizationServer: 'relay', relayClients: JSON.stringify([smokeClient]) };
  gateway = await startDev({ port: await findFreePort(), context, log: captureLog().log });
  const { url: resource, scopes } = gateway.state;
  origin = new URL(resource).origin;
  const sentAs = { endpoints: endpointsOfRelay(origin), client: DEV_CLIENT, user: 'alice', scope: scopes.join(' ') };
  token = await fetchToken({ ...sentAs, resource });
});

afterAll(() => gateway.stop());

async function smoke(send: typeof fetch = fetch) {
  const { url, tables } = gateway.state;
  const audit = createAuditReader({ dynamo: gateway.dynamo, table: tables.audit });
  const findings = await runSmoke({ url, audit, fetch: send, token, pause: async () => undefined });
  return new Map(findings.map(({ check, result, detail }) => [check, `${result}: ${detail}`]));
}

test('a relay passes every check, and three more than a gateway whose users sign in elsewhere', async () => {
  const findings = await smoke();
  expect([[...findings.values()].filter((text) => !text.startsWith('ok: ')), findings.size]).toEqual([[], 13]);
  expect([findings.get('relay metadata'), findings.get('consent page'), findings.get('unknown client')]).toEqual([
    `ok: issuer ${origin}, S256, iss, client documents, no registration`,
    'ok: cannot be framed, scripted or cached; one cookie of this host',
    'ok: 400, and no redirect',
  ]);
});

function changed(path: string, change: (response: Response) => Response | Promise<Response>): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    return new URL(new Request(input, init).url).pathname === path ? change(response) : response;
  };
}

const withHeader = (name: string, value: string) =>
  changed('/oauth/authorize', ({ status, headers }) => {
    const other = new Headers(headers);
    other.set(name, value);
    return new Response('', { status, headers: other });
  });
const inDocument = (members: object) =>
  changed('/.well-known/oauth-authorization-server', async (response) =>
    Response.json({ ...((await response.json()) as object), ...members }),
  );

test.each<readonly [string, string, () => typeof fetch, string]>([
  [
    'a document that allows plain PKCE and names no iss',
    'relay metadata',
    () =>
      inDocument({
        code_challenge_methods_supported: ['S256', 'plain'],
        authorization_response_iss_parameter_supported: undefined,
      }),
    'failed: not as expected: code_challenge_methods_supported, authorization_response_iss_parameter_supported',
  ],
  [
    'a policy with form-action, which some clients cannot get through',
    'consent page',
    () => withHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'; form-action 'self'"),
    'failed: without no form-action',
  ],
  [
    'a page that can be framed and is kept',
    'consent page',
    () =>
      changed('/oauth/authorize', () => new Response('', { headers: { 'content-type': 'text/html; charset=utf-8' } })),
    "failed: without default-src 'none', frame-ancestors 'none', x-frame-options, referrer-policy, cache-control, cookie",
  ],
  [
    'a cookie that any host of the domain could set',
    'consent page',
    () => withHeader('set-cookie', 'mcp_tx=1; Path=/; Secure; HttpOnly; SameSite=Lax'),
    'failed: without cookie',
  ],
  [
    'a redirect for a client that nobody knows',
    'unknown client',
    () => changed('/oauth/authorize', () => Response.redirect('https://evil.example/cb', 302)),
    'failed: redirects to evil.example',
  ],
  [
    'an unknown client that is welcome',
    'unknown client',
    () => changed('/oauth/authorize', () => new Response('')),
    'failed: 200 where 400 is due',
  ],
])('%s is noticed', async (_name, check, send, finding) => {
  expect((await smoke(send())).get(check)).toBe(finding);
});

test('a person signs in for the checks as a client of relayClients', async () => {
  const port = await findFreePort();
  const signedIn = loginToken({
    url: gateway.state.url,
    port,
    clientId: smokeClient.client_id,
    fetch,
    print: (line) => {
      const shown = /http\S+\/oauth\/authorize\?\S+/.exec(line)?.[0] ?? '';
      void followLogin(new URL(shown), 'alice').then((back) => fetch(back));
    },
  });
  const [, claims = ''] = (await signedIn).split('.');
  const { sub, client_id } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as Record<string, unknown>;
  expect([sub, client_id]).toEqual(['alice', 'gatehouse-relay']);
});
