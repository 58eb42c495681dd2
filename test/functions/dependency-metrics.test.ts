import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { deployed } from '../../shared/registry/index.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { by, directive, emf, emfOf, GATEHOUSE, type Line, linesOf } from '../support/emf.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

const echo = legacy('tools/call', { name: 'echo', arguments: { text: 'hi' } });

describe('a dependency that fails is counted by its name, once a failure', () => {
  const failing = (event: string, line: Line) => line['message'] === event;

  test('the user table', async () => {
    const lines = await linesOf(database, (gateway) => gateway.rpc(echo), {
      dynamo: (real) => ({ ...real, get: () => Promise.reject(new RangeError('down')) }),
    });
    const found = lines.filter((line) => failing('dependency.failed', line));
    expect(found.map((line) => ({ ...emfOf(line), error: line['error'] }))).toEqual([
      {
        _aws: emf(directive(by('dependency'), 'dependencyErrors')),
        dimensions: { ...GATEHOUSE, dependency: 'identities' },
        values: { dependencyErrors: 1 },
        error: 'RangeError',
      },
    ]);
  });

  test('the state table, that a tool uses, with the reason why it throttles', async () => {
    const throttled = Object.assign(new Error('slow down'), {
      name: 'ThrottlingException',
      throttlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded' }],
    });
    const tool = defineTool({
      name: 'counter',
      title: 'T',
      description: 'd',
      scopes: [],
      input: z.strictObject({}),
      output: z.strictObject({}),
      annotations: {},
      run: async (_input, { store }) => {
        await store.put('a', { n: 1 });
        return {};
      },
    });
    const lines = await linesOf(
      database,
      (gateway) => gateway.rpc(legacy('tools/call', { name: 'counter', arguments: {} })),
      {
        tools: [...deployed.tools, tool],
        dynamo: (real) => ({ ...real, put: () => Promise.reject(throttled) }),
      },
    );
    expect(
      lines
        .filter((line) => failing('dependency.failed', line))
        .map(({ dependency, error, throttled: why, dependencyErrors }) => [dependency, error, why, dependencyErrors]),
    ).toEqual([['state', 'ThrottlingException', 'TableWriteKeyRangeThroughputExceeded', 1]]);
  });

  test('an outcome that cannot be written is an error of the audit table and an alarm', async () => {
    const lines = await linesOf(database, (gateway) => gateway.rpc(echo), {
      dynamo: (real) => ({
        ...real,
        putIfAbsent: async (table, item) =>
          item.sk.endsWith('#1') ? Promise.reject(new Error('down')) : real.putIfAbsent(table, item),
      }),
    });
    const counted = lines.filter(({ message }) => message !== 'request' && message !== 'refused').map(emfOf);
    expect(counted).toEqual([
      {
        _aws: emf(directive(by('dependency'), 'dependencyErrors')),
        dimensions: { ...GATEHOUSE, dependency: 'audit' },
        values: { dependencyErrors: 1 },
      },
      {
        _aws: emf(directive(by('event'), 'alarms')),
        dimensions: { ...GATEHOUSE, event: 'audit.fallback' },
        values: { alarms: 1 },
      },
    ]);
  });

  test('signing keys and discovery', async () => {
    const lines = await linesOf(database, async (gateway) => {
      gateway.issuer.fail();
      await gateway.rpc(echo);
      await gateway.send({ method: 'GET', path: '/.well-known/oauth-authorization-server' });
    });
    const counted = lines.filter(({ dependencyErrors }) => dependencyErrors !== undefined);
    expect(new Set(counted.map(({ dependency }) => dependency))).toEqual(new Set(['discovery', 'jwks']));
  });
});
