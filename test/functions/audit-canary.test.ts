import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { AUDIT_LEVELS, type AuditLevel } from '../../shared/audit/arguments.ts';
import { revealArguments } from '../../shared/audit/reveal.ts';
import type { Item } from '../../shared/aws/dynamodb.ts';
import { userKey } from '../../shared/identity/keys.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';

/** Each is a secret by its name or by its form. */
const SECRETS = {
  password: 'canary-hunter2',
  note: 'card 4111 1111 1111 1111, Bearer canary0123456789',
  nested: [{ apiKey: 'canary-key' }, 'https://canary-user:canary-pass@host/'],
};
const CANARY = /canary|4111 1111/;

const toolOf = (level: AuditLevel, scopes: readonly string[] = []) =>
  defineTool({
    name: `keeps-${level}${scopes.length === 0 ? '' : '-closed'}`,
    title: 'Keeps',
    description: 'Keeps.',
    scopes,
    audit: { level },
    annotations: { readOnlyHint: false },
    input: z.looseObject({}),
    output: z.strictObject({ secret: z.string() }),
    run: () => ({ secret: 'canary-result' }),
  });

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

async function call(level: AuditLevel, closed: boolean) {
  const tool = toolOf(level, closed ? ['starter.whoami'] : []);
  const gateway = createTestGateway(database, { tools: [tool] });
  const subject = `${level}-${closed}`;
  const token = await gateway.token({ sub: subject, scope: 'starter.echo' });
  const params = { name: tool.name, arguments: SECRETS };
  await gateway.rpc({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { token });
  const items = (await database.dump()).map((item) => unmarshall(item as Parameters<typeof unmarshall>[0]));
  const records: readonly Item[] = items.filter((item) => item['subject'] === subject && 'argsLevel' in item);
  return { gateway, records, items };
}

describe('no planted secret is anywhere in the database or the log', () => {
  test.each(AUDIT_LEVELS.flatMap((level) => [false, true].map((closed) => [level, closed] as const)))(
    'at level %s, denied %s',
    async (level, closed) => {
      const { gateway, records, items } = await call(level, closed);
      expect(records.map(({ argsLevel, decision }) => [argsLevel, decision])).toEqual([
        [level, closed ? 'denied' : 'allowed'],
      ]);
      expect([JSON.stringify(items), JSON.stringify(gateway.lines)].filter((text) => CANARY.test(text))).toEqual([]);
    },
  );

  test('neither is the key of a user in the log', async () => {
    const { gateway, items } = await call('full', false);
    const keys = items.map(({ auditKey }) => auditKey).filter((key) => typeof key === 'string');
    const logged = JSON.stringify(gateway.lines);
    expect([keys.length > 0, keys.filter((key) => logged.includes(key))]).toEqual([true, []]);
  });
});

describe('what is sealed', () => {
  const revealed = async (level: AuditLevel, closed: boolean) => {
    const { records } = await call(level, closed);
    const { identities, state, dynamo } = database;
    return revealArguments(records[0]!, { dynamo, identities, state, userKey });
  };

  test('holds no secret at level redacted', async () => {
    const found = await revealed('redacted', false);
    expect([found, CANARY.test(JSON.stringify(found))]).toEqual([
      {
        kind: 'arguments',
        level: 'redacted',
        json: '{"nested":[{"apiKey":"[redacted]"},"https://[redacted]@host/"],"note":"card [redacted], [redacted]","password":"[redacted]"}',
      },
      false,
    ]);
  });

  test('is everything at level full, and nothing of what was denied', async () => {
    expect(await revealed('full', false)).toEqual({
      kind: 'arguments',
      level: 'full',
      json: JSON.stringify({ nested: SECRETS.nested, note: SECRETS.note, password: SECRETS.password }),
    });
    expect(await revealed('full', true)).toEqual({ kind: 'not-kept', level: 'full', mark: undefined });
  });
});

test('a call with a digest has one of its result, and the version of its tool', async () => {
  const { records, items } = await call('keys', false);
  const outcome = items.find(({ sk }) => sk === `${String(records[0]?.['callId'])}#1`);
  expect([records[0], outcome]).toMatchObject([
    { argsDigest: expect.stringMatching(/^[\w-]{43}$/), toolVersion: expect.stringMatching(/^[\w-]{16}$/) },
    { resultDigest: expect.stringMatching(/^[\w-]{43}$/) },
  ]);
});

test.each([
  [{ level: 'some' }, 'audit level is one of none, keys, redacted, full'],
  [{ mode: 'loose' }, 'audit mode is strict or available'],
  [{ mode: 'available' }, 'audit mode available is for tools with readOnlyHint: true'],
])('a tool that asks for %j is refused at start', (audit, why) => {
  const { name, title, description } = toolOf('keys');
  const definition = { name, title, description, scopes: [], audit, annotations: {}, input: z.object({}) };
  expect(() => defineTool({ ...definition, run: () => undefined } as never)).toThrow(`${name}: ${why}`);
});
