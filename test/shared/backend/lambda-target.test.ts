import { describe, expect, test } from '@jest/globals';
import { createSignRequest } from '../../../shared/aws/sign-request.ts';
import { createAssertionSigner } from '../../../shared/backend/assertion.ts';
import { createAuth } from '../../../shared/backend/auth/create-auth.ts';
import { createBackends } from '../../../shared/backend/call.ts';
import type { BackendRequest } from '../../../shared/backend/request.ts';
import type { NetPolicy } from '../../../shared/net/guarded-client.ts';
import type { NetAnswer, NetRequest } from '../../../shared/net/send.ts';
import { createVerifier } from '../../../verifiers/node/verify-gatehouse.mjs';
import { createBackendWorld } from '../../support/backend.ts';
import { createSigningWorld, FOREVER } from '../../support/signing.ts';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:crm:live';
const GATEWAY = 'https://mcp.example.com';
const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };

interface Invocation {
  readonly policy: NetPolicy;
  readonly request: NetRequest;
  readonly event: {
    readonly headers: Record<string, string>;
    readonly rawPath: string;
    readonly rawQueryString: string;
    readonly body?: string;
  };
}

/** The API of Lambda with one function. */
function world(
  answer: Partial<Omit<NetAnswer, 'body'>> & { readonly body?: unknown },
  more: { readonly identityHeaders?: boolean } = {},
) {
  const invocations: Invocation[] = [];
  const signing = createSigningWorld();
  const { clock, log } = signing.ports;
  const { caller } = createBackendWorld({ url: 'https://unused.example', clock });
  const connect = (policy: NetPolicy) => async (request: NetRequest) => {
    invocations.push({ policy, request, event: JSON.parse(String(request.body)) as Invocation['event'] });
    const { status = 200, headers = {}, body = null } = answer;
    return { status, headers, body: Buffer.from(JSON.stringify(body)) };
  };
  const signRequest = createSignRequest({ credentials: async () => KEYS, now: clock });
  const signer = createAssertionSigner({ keys: signing.signer(), clock, issuer: GATEWAY });
  const readSecret = async () => undefined;
  const ports = { clock, log, connect, signRequest, allowHttpLoopback: false };
  const backends = createBackends({
    ...ports,
    table: { crm: { title: 'the CRM', ...more } },
    settings: { crm: { functionArn: ARN } },
    authenticate: createAuth({ ...ports, readSecret, signer }),
    random: () => 0,
    sleep: async () => undefined,
  });
  const call = (request: BackendRequest) =>
    backends.call('crm', request, { ...caller, log }).then(
      (outcome) => outcome,
      ({ code, reason, hadNoEffect }) => ({ code, reason, hadNoEffect }),
    );
  return { call, invocations, signing };
}

const ADD: BackendRequest = {
  method: 'POST',
  path: '/accounts/{name}/deals',
  params: { name: 'Öl' },
  query: { a: 1 },
  body: { n: 1 },
};
const READ: BackendRequest = { method: 'GET', path: '/deals' };

test('the function gets the request as an event, and the assertion beside it, where it verifies', async () => {
  const { call, invocations, signing } = world(
    { body: { statusCode: 201, body: '{"id":"d1"}' } },
    { identityHeaders: true },
  );
  expect(await call(ADD)).toEqual({ status: 201, body: { id: 'd1' } });
  const [{ request, event, policy }] = invocations as [Invocation];
  const context = JSON.parse(Buffer.from(request.headers?.['x-amz-client-context'] ?? '', 'base64').toString()) as {
    custom: Record<string, string>;
  };
  const assertion = context.custom['gatehouse-assertion'] ?? '';
  expect([request.method, String(request.url), [...policy.hosts], event]).toEqual([
    'POST',
    'https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Acrm%3Alive/invocations',
    ['lambda.eu-central-1.amazonaws.com'],
    {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/accounts/%C3%96l/deals',
      rawQueryString: 'a=1',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-request-id': 'request-1',
        'x-user-id': 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF',
        'x-user-issuer': 'https://login.example.com',
        'x-user-subject': 'auth0%7Calice',
        'x-client-id': 'client-1',
        'x-gateway-tool': 'getDeal',
      },
      requestContext: { http: { method: 'POST', path: '/accounts/%C3%96l/deals' }, stage: '$default' },
      body: '{"n":1}',
      isBase64Encoded: false,
    },
  ]);
  const verify = createVerifier({
    issuer: GATEWAY,
    audience: ARN,
    now: signing.ports.clock,
    fetchKeys: async () => (await signing.publisher().read(FOREVER)).keys.map((key) => ({ ...key })),
  });
  const { rawPath: path, rawQueryString: query, body = '' } = event;
  expect(await verify({ assertion, method: 'POST', path, query, body })).toMatchObject({ tool: 'getDeal' });
  expect(request.headers?.['authorization']).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261124\/eu-central-1\/lambda\//,
  );
});

describe('what the function answers', () => {
  test.each<[string, unknown, object]>([
    ['an answer of the format', { statusCode: 200, body: '{"a":1}' }, { status: 200, body: { a: 1 } }],
    [
      'one in base64',
      { statusCode: 200, body: Buffer.from('{"a":1}').toString('base64'), isBase64Encoded: true },
      { status: 200, body: { a: 1 } },
    ],
    ['one without a body', { statusCode: 204 }, { status: 204, body: undefined }],
    ['something else, which is the body itself', { a: 1 }, { status: 200, body: { a: 1 } }],
    ['a refusal', { statusCode: 403, body: '{}' }, { code: 'BACKEND_REFUSED', reason: 'http_403', hadNoEffect: true }],
  ])('%s', async (_name, body, outcome) => {
    expect(await world({ body }).call(ADD)).toEqual(outcome);
  });

  test.each<[string, unknown]>([
    ['an object that cannot be a text', { toString: 1, valueOf: 1 }],
    ['a list', ['1']],
    ['null', null],
    ['true', true],
    ['a text that is no time', 'soon'],
    ['a number', 1],
  ])(
    'a retry-after that is %s changes nothing of the answer, nor of what is known of the effect',
    async (_name, value) => {
      const headers = { 'retry-after': value };
      const done = world({ body: { statusCode: 201, headers, body: '{"id":"d1"}' } });
      const failed = world({ body: { statusCode: 503, headers, body: '{}' } });
      expect([await done.call(ADD), await failed.call(ADD), failed.invocations.length]).toEqual([
        { status: 201, body: { id: 'd1' } },
        { code: 'OUTCOME_UNKNOWN', reason: 'http_503', hadNoEffect: false },
        1,
      ]);
    },
  );

  test('an error of its own leaves the outcome unknown after an effect, and is not told', async () => {
    const thrown = {
      headers: { 'x-amz-function-error': 'Unhandled' },
      body: { errorMessage: 'secret', stackTrace: [] },
    };
    const [wrote, read] = [world(thrown), world(thrown)];
    expect([await wrote.call(ADD), await read.call(READ), wrote.invocations.length, read.invocations.length]).toEqual([
      { code: 'OUTCOME_UNKNOWN', reason: 'http_502', hadNoEffect: false },
      { code: 'BACKEND_ERROR', reason: 'http_502', hadNoEffect: true },
      1,
      2,
    ]);
    expect(JSON.stringify(wrote.signing.lines)).not.toContain('secret');
  });
});

describe('what Lambda answers in its place', () => {
  test.each([
    [429, { code: 'BACKEND_REFUSED', reason: 'http_429', hadNoEffect: true }],
    [413, { code: 'BACKEND_REFUSED', reason: 'http_413', hadNoEffect: true }],
    [403, { code: 'BACKEND_ERROR', reason: 'request_refused', hadNoEffect: true }],
    [404, { code: 'BACKEND_ERROR', reason: 'request_refused', hadNoEffect: true }],
    [500, { code: 'OUTCOME_UNKNOWN', reason: 'http_500', hadNoEffect: false }],
  ])('%i', async (status, outcome) => {
    expect(await world({ status }).call(ADD)).toEqual(outcome);
  });
});

test('more than Lambda takes is refused before it is sent', async () => {
  const { call, invocations } = world({ body: {} });
  const text = '"'.repeat(3 * 1024 * 1024);
  expect([await call({ ...ADD, body: { text } }), invocations]).toEqual([
    { code: 'BACKEND_REFUSED', reason: 'http_413', hadNoEffect: true },
    [],
  ]);
});
