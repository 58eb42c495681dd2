import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const define = (name: string, mode: 'strict' | 'available', readOnlyHint = true) =>
  defineTool({
    name,
    title: name,
    description: 'Answers.',
    scopes: ['starter.echo'],
    input: z.strictObject({}),
    output: z.strictObject({ done: z.string() }),
    annotations: { readOnlyHint },
    audit: { mode },
    run: () => ({ done: 'yes' }),
  });
const tools = [define('reads', 'available'), define('acts', 'strict')];

/** The audit table takes no item of these phases. */
function start(...phases: readonly string[]) {
  const isDown = { now: true };
  const broken = (real: Dynamo): Dynamo => ({
    ...real,
    putIfAbsent: async (table, item, options) => {
      const isHit = isDown.now && table === database.audit && phases.some((phase) => item.sk.endsWith(`#${phase}`));
      if (isHit) throw new Error('down');
      return real.putIfAbsent(table, item, options);
    },
  });
  return { gateway: createTestGateway(database, { tools, dynamo: broken }), isDown };
}

const callOf = (name: string) => legacy('tools/call', { name, arguments: {} });
const events = ({ lines }: ReturnType<typeof createTestGateway>, level = 'error') =>
  lines.filter((line) => line.level === level && line.event.startsWith('audit.')).map(({ event }) => event);
type Result = { readonly result?: { readonly _meta?: object; readonly structuredContent?: object } };

describe('a tool that only reads and is available', () => {
  test('answers on the second sink alone, and the answer says so', async () => {
    const { gateway } = start('0', '1');
    const answer = await gateway.rpc(callOf('reads'));
    const { result } = answer.body as Result;
    expect([answer.status, result?._meta, result?.structuredContent, answer.headers['x-gatehouse-audit']]).toEqual([
      200,
      { 'gatehouse/audit': 'late' },
      { done: 'yes' },
      'late',
    ]);
    expect(events(gateway)).toEqual(['audit.fallback', 'audit.fallback']);
  });

  test('says so in a header on the other door', async () => {
    const { gateway } = start('0');
    const headers = { authorization: `Bearer ${await gateway.token()}` };
    const answer = await gateway.send({ path: '/tools/reads', headers, body: '{}' });
    expect([answer.status, answer.headers['x-gatehouse-audit']]).toEqual([200, 'late']);
  });

  test('whose outcome alone is late says so in the header', async () => {
    const { gateway } = start('1');
    const answer = await gateway.rpc(callOf('reads'));
    const { result } = answer.body as Result;
    expect([answer.status, result?._meta, answer.headers['x-gatehouse-audit']]).toEqual([200, undefined, 'late']);
  });

  test('on time says nothing', async () => {
    const { gateway } = start();
    const answer = await gateway.rpc(callOf('reads'));
    const { result } = answer.body as Result;
    expect([answer.status, result?._meta, answer.headers['x-gatehouse-audit']]).toEqual([200, undefined, undefined]);
  });
});

test('a strict tool does not run without its intent in the table', async () => {
  const { gateway } = start('0');
  const answer = await gateway.rpc(callOf('acts'));
  expect([answer.status, answer.headers['retry-after'], events(gateway)]).toEqual([503, '5', []]);
});

test('a tool with an effect cannot be available', () => {
  expect(() => define('acts', 'available', false)).toThrow(
    'acts: audit mode available is for tools with readOnlyHint: true',
  );
});

describe('who fails to authenticate', () => {
  test('is sampled once a minute by a line, unless there is no token, without a request to the table and without the token', async () => {
    const { gateway } = start('5');
    const tokens = [undefined, 'no.to.ken', `${await gateway.token()}x`];
    const statuses: number[] = [];
    for (const token of tokens) statuses.push((await gateway.rpc(callOf('reads'), { token })).status);
    const samples = gateway.lines.filter(({ event }) => event === 'audit.sample');
    expect([statuses, samples.length]).toEqual([[401, 401, 401], 1]);
    expect(JSON.parse(String(samples[0]?.['record']))).toMatchObject({
      reason: 'JWT_VERIFY_FAILED',
      sourceIp: '192.0.2.1',
      seen: 1,
    });
    expect(tokens.filter((token) => token !== undefined && JSON.stringify(gateway.lines).includes(token))).toEqual([]);
  });

  test('a denial is no sample', async () => {
    const { gateway } = start();
    const token = await gateway.token({ scope: 'starter.whoami' });
    const answer = await gateway.rpc(callOf('reads'), { token });
    expect([answer.status, events(gateway, 'info')]).toEqual([403, []]);
  });
});
