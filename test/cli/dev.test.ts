import { createServer, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toContext, toPort } from '../../cli/arguments.ts';
import { matchRoute, type Received, receive, toEvent } from '../../cli/dev/http-event.ts';
import { close } from '../../cli/dev/network.ts';
import { planFrom } from '../../cli/dev/template.ts';
import { toTable } from '../../cli/table.ts';
import { synthGateway } from '../../infra/synth.ts';
import { listenAnywhere } from '../support/listen.ts';

describe('routes are matched as an HTTP API does', () => {
  const keys = ['ANY /mcp', 'ANY /tools/{name}', 'ANY /.well-known/{proxy+}', '$default'];
  test.each([
    ['POST', '/mcp', 'ANY /mcp', undefined],
    ['POST', '/mcp/', '$default', undefined],
    ['POST', '/tools/echo', 'ANY /tools/{name}', { name: 'echo' }],
    ['POST', '/tools/a%2Fb%20c', 'ANY /tools/{name}', { name: 'a/b c' }],
    ['POST', '/tools/%E0%A4%A', 'ANY /tools/{name}', { name: '%E0%A4%A' }],
    ['POST', '/tools/a/b', '$default', undefined],
    ['POST', '/tools/', '$default', undefined],
    ['GET', '/.well-known/a/b', 'ANY /.well-known/{proxy+}', { proxy: 'a/b' }],
    ['GET', '/', '$default', undefined],
  ])('%s %s', (method, path, key, pathParameters) => {
    expect(matchRoute(keys, method, path)).toEqual({ key, pathParameters });
  });
});

describe('events are made as payload 2.0', () => {
  const events: unknown[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { requestContext, ...event } = toEvent(receive(incoming) as Received, Buffer.concat(chunks), {
        key: '$default',
        pathParameters: undefined,
      });
      events.push({ ...event, http: { ...requestContext.http, userAgent: undefined } });
      response.end();
    });
  });
  let port = 0;
  beforeAll(async () => {
    port = await listenAnywhere(server);
  });
  afterAll(() => close(server));

  const send = (headers: Record<string, string | string[]>, body: string | Buffer) =>
    new Promise<unknown>((resolve, reject) => {
      const out = request({ port, host: '127.0.0.1', path: '/a%20b?x=1&x=2', method: 'POST', headers });
      out.on('error', reject);
      out.on('response', (response) => response.resume().on('end', () => resolve(events.pop())));
      out.end(body);
    });

  test('repeated headers are joined, also Authorization, and JSON stays text', async () => {
    const headers = {
      'Content-Type': 'application/json',
      Authorization: ['Bearer a', 'Bearer b'],
      'X-Two': ['1', '2'],
    };
    expect(await send(headers, '{"a":"ü"}')).toMatchObject({
      version: '2.0',
      rawPath: '/a%20b',
      rawQueryString: 'x=1&x=2',
      headers: { 'content-type': 'application/json', authorization: 'Bearer a,Bearer b', 'x-two': '1,2' },
      body: '{"a":"ü"}',
      isBase64Encoded: false,
      http: { method: 'POST', path: '/a%20b', sourceIp: '127.0.0.1' },
    });
  });

  test('cookies are a list and no header', async () => {
    const event = await send({ 'content-type': 'text/plain', Cookie: ['a=1; b=2', 'c=3'] }, 'x');
    const { cookies, headers } = event as { cookies: unknown; headers: Record<string, string> };
    expect([cookies, headers['cookie']]).toEqual([['a=1', 'b=2', 'c=3'], undefined]);
  });

  test('a body of another type is base64', async () => {
    const body = Buffer.from([0, 255, 1]);
    expect(await send({ 'content-type': 'application/octet-stream' }, body)).toMatchObject({
      body: body.toString('base64'),
      isBase64Encoded: true,
    });
  });
});

describe('the plan is read from the template', () => {
  test('an intrinsic that exists in AWS only is named, instead of guessed', () => {
    const { template } = synthGateway({ context: {}, bundling: false });
    expect(() => planFrom(template)).toThrow(
      /^McpFunction\w+ GATEHOUSE_CONFIG needs \{"Fn::GetAtt":\["HttpApi\w+","ApiEndpoint"\]\}, which exists in AWS only\.$/,
    );
  });

  test('secrets that the stack makes have names on this machine', () => {
    const context = {
      ...{ environment: 'dev', idp: 'oidc', issuer: 'https://a.example', publicUrl: 'https://b.example' },
      ...{ authorizationServer: 'relay', upstreamClientId: 'c' },
      upstreamClientSecretArn: 'arn:aws:secretsmanager:local:000000000000:secret:upstream-a1B2c3',
    };
    const { functions } = planFrom(synthGateway({ context, bundling: false }).template);
    const [oauth] = functions.filter(({ name }) => name === 'oauth');
    expect([oauth?.environment['RELAY_KEYS_ARN'], oauth?.environment['UPSTREAM_SECRET_ARN']]).toEqual([
      expect.stringMatching(/^arn:aws:secretsmanager:local:000000000000:secret:RelayKeys\w+$/),
      context.upstreamClientSecretArn,
    ]);
  });

  test('tables keep their keys and indexes', () => {
    const context = { environment: 'dev', idp: 'oidc', issuer: 'https://a.example', publicUrl: 'https://b.example' };
    const { tables } = planFrom(synthGateway({ context, bundling: false }).template);
    const indexes = [...tables.values()].map((schema) =>
      schema.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
    );
    expect(indexes).toEqual([undefined, ['gsi1', 'gsi2'], undefined]);
  });
});

test('parameters keep what comes after the first equals sign', () => {
  expect(toContext(['issuer=https://a.example/?x=1', 'audience='])).toEqual({
    issuer: 'https://a.example/?x=1',
    audience: '',
  });
});

test.each([
  [undefined, 8787],
  ['1', 1],
  ['65532', 65_532],
])('the port %p is %i', (text, port) => {
  expect(toPort(text)).toBe(port);
});

test.each(['65533', '65535'])('from %p on there is no room for four ports', (text) => {
  expect(() => toPort(text)).toThrow(/four ports from there are needed/);
});

test.each(['0', '65536', '-1', '80.5', '1e3', ''])('%p is no port', (text) => {
  expect(() => toPort(text)).toThrow(/is no port/);
});

test('tables align their columns', () => {
  expect(
    toTable([
      ['A', 'LONG'],
      ['wide', 'b'],
    ]),
  ).toBe('A     LONG\n────  ────\nwide  b');
});
