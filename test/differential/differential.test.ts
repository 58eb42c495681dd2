import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { ACCEPTED } from './accepted.ts';
import { compare, stale } from './differ.ts';
import type { Exchange, Outcome, Server } from './exchange.ts';
import { officialServer } from './official.ts';
import { ourServer } from './ours.ts';

let database: TestDatabase;
let ours: Server;
beforeAll(async () => {
  database = await startDatabase();
  ours = await ourServer(database);
});
afterAll(() => database.stop());

test('the official server and this one answer 1000 generated messages alike, but for what the specification decides', async () => {
  const { messages, unexplained } = await compare({ ours, theirs: officialServer(), runs: 1000, seed: 20_261_124 });
  expect([unexplained, messages]).toEqual([undefined, 1000]);
});

test('an unlisted difference is found and shrunk to the smallest message', async () => {
  const spoiled = async (exchange: Exchange): Promise<Outcome> => {
    const outcome = await ours(exchange);
    return exchange.body.includes('"prompts/list"') ? { ...outcome, status: 599 } : outcome;
  };
  const { unexplained } = await compare({ ours: spoiled, theirs: officialServer(), runs: 1500, seed: 1 });
  expect(unexplained).toContain('"status":599');
});

test('at most 25 differences are accepted, each with its sentence, its page and a name of its own', () => {
  const incomplete = ACCEPTED.filter(
    ({ sentence, source }) => sentence.length < 20 || !/^(20\d\d-\d\d-\d\d|RFC|JSON-RPC) /.test(source),
  );
  expect([ACCEPTED.length <= 25, new Set(ACCEPTED.map(({ name }) => name)).size, incomplete]).toEqual([
    true,
    ACCEPTED.length,
    [],
  ]);
});

test('an accepted difference that no message meets is stale', async () => {
  const report = await compare({ ours, theirs: ours, runs: 20, seed: 1 });
  expect([report.differing, stale(report).length]).toEqual([0, ACCEPTED.length]);
});
