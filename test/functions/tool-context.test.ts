import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test('nothing that a tool is given holds its caller’s token or a part of it', async () => {
  let seen: readonly string[] = [];
  const nosy = defineTool({
    name: 'nosy',
    title: 'T',
    description: 'd',
    scopes: [],
    input: z.strictObject({}),
    output: z.strictObject({}),
    annotations: { readOnlyHint: true },
    run: (input, context) => {
      seen = textsIn([input, context], new Set());
      return {};
    },
  });
  const gateway = createTestGateway(database, { tools: [nosy] });
  const token = await gateway.token();
  await gateway.rpc(legacy('tools/call', { name: 'nosy' }), { token });
  expect({
    sawItsCaller: seen.includes('alice'),
    leaks: seen.filter((text) => token.split('.').some((part) => text.includes(part))),
  }).toEqual({ sawItsCaller: true, leaks: [] });
});

/** Every text that can be reached by properties, also hidden ones, symbols, maps and prototypes. */
function textsIn(value: unknown, visited: Set<unknown>): readonly string[] {
  if (typeof value === 'string') return [value];
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || visited.has(value)) return [];
  visited.add(value);
  const own = Reflect.ownKeys(value).flatMap((key) => {
    const { value: member } = Reflect.getOwnPropertyDescriptor(value, key) ?? {};
    return [String(key), ...textsIn(member, visited)];
  });
  const entries = value instanceof Map ? [...value].flatMap((entry) => textsIn(entry, visited)) : [];
  return [...own, ...entries];
}
