import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { createLog } from '../../shared/core/logger.ts';
import { deployed } from '../../shared/registry/index.ts';
import { defineTool, ToolError } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';
import { type Sink, scanFor } from '../support/scanner.ts';

/** Marked secrets, one for each way in. */
const SECRETS = {
  claim: 'canary-claim-5e1f',
  unknownScope: 'canary-scope-77aa',
  argument: 'canary-argument-90bd',
  header: 'canary-header-3c2d',
  toolName: 'canary-toolname-1b1b',
  method: 'canary-method-8c8c',
  metadata: 'canary-metadata-4d4d',
  thrown: 'canary-thrown-6f6f',
  toolError: 'canary-toolerror-2a2a',
  result: 'canary-result-0e0e',
} as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const base = {
  title: 'T',
  description: 'd',
  scopes: [],
  input: z.looseObject({}),
  output: z.looseObject({}),
  annotations: {},
};
const tools = [
  ...deployed.tools,
  defineTool({ ...base, name: 'throws', run: () => Promise.reject(new Error(SECRETS.thrown)) }),
  defineTool({ ...base, name: 'tells', run: () => Promise.reject(new ToolError(SECRETS.toolError)) }),
  defineTool({ ...base, name: 'answers', run: () => ({ secret: SECRETS.result }) }),
];

test('the scanner finds a leak that is planted, in clear, in base64 and in hex', () => {
  const sink = (text: string): Sink => ({ name: 'planted', text });
  const secret = SECRETS.claim;
  expect(
    [
      `x${secret}y`,
      Buffer.from(`a${secret}`).toString('base64'),
      Buffer.from(`ab${secret}`).toString('base64url'),
      Buffer.from(secret).toString('hex'),
      encodeURIComponent(secret),
      'nothing here',
    ].map((text) => scanFor([secret], [sink(text)]).length > 0),
  ).toEqual([true, true, true, true, true, false]);
});

test('no marked secret reaches a log line, an audit record or another user’s answer', async () => {
  const stdout = await captureOutput(async () => {
    const gateway = createTestGateway(database, { tools, log: createLog('canary', 'Canary') });
    const secretClaims = { email: SECRETS.claim, scope: `starter.echo ${SECRETS.unknownScope}`, jti: SECRETS.claim };
    const good = await gateway.token(secretClaims);
    const bad = await gateway.token({ ...secretClaims, aud: 'https://other.example' });
    const headers = { 'x-secret': SECRETS.header, cookie: `session=${SECRETS.header}`, 'x-request-id': SECRETS.header };
    const messages = [
      legacy('tools/call', { name: 'echo', arguments: { text: SECRETS.argument }, _meta: { note: SECRETS.metadata } }),
      legacy('tools/call', { name: 'echo', arguments: { [SECRETS.argument]: 1 } }),
      legacy('tools/call', { name: SECRETS.toolName }),
      legacy(SECRETS.method),
      legacy('tools/call', { name: 'throws', arguments: { a: SECRETS.argument } }),
      legacy('tools/call', { name: 'tells' }),
      legacy('tools/call', { name: 'answers' }),
      legacy('tools/call', { name: 'whoami' }),
    ];
    for (const token of [good, bad, `${good}x`, SECRETS.claim]) {
      for (const message of messages) await gateway.rpc(message, { token, headers });
      await gateway.send({ method: 'GET', path: '/debug-token', headers: { authorization: `Bearer ${token}` } });
    }
    await gateway.send({ body: `{"jsonrpc":"2.0",${SECRETS.argument}`, headers });
    tokens.push(good, bad);
  });
  const sinks: Sink[] = [
    { name: 'log', text: stdout },
    { name: 'tables', text: JSON.stringify(await everyItem()) },
  ];
  expect({
    leaks: scanFor([...Object.values(SECRETS), ...tokens.flatMap((token) => token.split('.'))], sinks),
    logged: stdout.split('\n').filter(Boolean).length > 30,
  }).toEqual({ leaks: [], logged: true });
});

test('what a tool threw does not reach the client either', async () => {
  const gateway = createTestGateway(database, { tools });
  const { body } = await gateway.rpc(legacy('tools/call', { name: 'throws' }));
  expect(scanFor([SECRETS.thrown], [{ name: 'answer', text: JSON.stringify(body) }])).toEqual([]);
});

const tokens: string[] = [];

async function everyItem(): Promise<readonly unknown[]> {
  return database.dump();
}

/** Powertools writes through a console of its own to both streams. */
async function captureOutput(work: () => Promise<void>): Promise<string> {
  const chunks: string[] = [];
  const keep = (chunk: unknown) => chunks.push(String(chunk)) > 0;
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation(keep),
    jest.spyOn(process.stderr, 'write').mockImplementation(keep),
  ];
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return chunks.join('');
}
