import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import { projectRoot } from '../../infra/project.ts';
import { type AuditReader, createAuditReader } from '../../shared/audit/query.ts';
import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { type Meter, startMeter } from '../bench/meter.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { DYNAMODB_LOCAL } from '../support/engines.ts';
import { callIdOf, type SyntheticCall, writeCalls } from '../support/synthetic-trail.ts';
import { tablesWithToolIndex } from '../support/tables.ts';

const FILE = join(projectRoot, 'cli/cost/audit-units.json');
const DAY = 86_400_000;
const END = Date.UTC(2026, 10, 24, 23, 59, 0);
const CALLS = 4000;

/** Two days: 40 users alike, 20 tools alike, one call in 100 denied, one in 100 failed, one in 1000 not ended. */
const TRAIL: readonly SyntheticCall[] = Array.from({ length: CALLS }, (_, n) => ({
  at: END - n * 40_000,
  n,
  user: String(n % 40).padStart(26, '0'),
  tool: `tool-${String((n * 7) % 20).padStart(2, '0')}`,
  client: n % 400 === 5 ? 'codex' : 'https://claude.ai/oauth/client-metadata',
  end: n % 100 === 50 ? 'denied' : n % 100 === 51 ? 'error' : n % 1000 === 52 ? 'open' : 'ok',
}));
const USER = `usr_${'7'.padStart(26, '0')}`;
const WEEK = { since: END - 7 * DAY, until: END + DAY };
const TODAY = { since: END - DAY + 60_000, until: END };

let database: TestDatabase;
let meter: Meter;
let reader: AuditReader;
let indexed: AuditReader;

beforeAll(async () => {
  database = await startDatabase(DYNAMODB_LOCAL, tablesWithToolIndex);
  await writeCalls(database, TRAIL, true);
  meter = await startMeter(database.endpoint);
  const store = { dynamo: createDynamo(localDynamo(meter.endpoint)), table: database.audit };
  reader = createAuditReader(store);
  indexed = createAuditReader({ ...store, toolIndex: true });
}, 120_000);
afterAll(async () => {
  await meter.stop();
  await database.stop();
});

const count = async (rows: Promise<readonly unknown[]>) => (await rows).length;

async function countAll(range: { readonly since: number; readonly until: number }): Promise<number> {
  let calls = 0;
  for await (const _ of reader.read({}, range)) calls += 1;
  return calls;
}

/** Each question → how many answers it has here. */
const QUESTIONS: Readonly<Record<string, () => Promise<number>>> = {
  'one call': async () => ((await reader.find(callIdOf(TRAIL[0] as SyntheticCall))) === undefined ? 0 : 1),
  'newest 50': () => count(reader.query({ ...WEEK, limit: 50 })),
  'newest 50 of a user': () => count(reader.query({ ...WEEK, who: USER, limit: 50 })),
  'every call of a user': () => count(reader.query({ ...WEEK, who: USER, limit: 10_000 })),
  'denied in a day': () => count(reader.query({ ...TODAY, state: 'denied', limit: 1000 })),
  'failed in a day': () => count(reader.query({ ...TODAY, state: 'error', limit: 1000 })),
  'refused or failed with a code in a day': () =>
    count(reader.query({ ...TODAY, reason: 'BACKEND_ERROR', limit: 1000 })),
  'newest 50 of a tool, by its index': () => count(indexed.query({ ...WEEK, tool: 'tool-03', limit: 50 })),
  'newest 50 of a tool, without': () => count(reader.query({ ...WEEK, tool: 'tool-03', limit: 50 })),
  'not ended in a day': () => count(reader.query({ ...TODAY, state: 'open', limit: 1000 })),
  'every call of a day': () => countAll(TODAY),
};

interface Measured {
  readonly answers: number;
  readonly readUnits: number;
  readonly requests: number;
}

async function measure(ask: () => Promise<number>): Promise<Measured> {
  meter.take();
  const answers = await ask();
  const { readUnits, requests } = meter.take();
  return { answers, readUnits, requests };
}

describe('read units of a question, as DynamoDB counts them', () => {
  test.each(Object.keys(QUESTIONS))('%s', async (name) => {
    const measured = await measure(QUESTIONS[name] as () => Promise<number>);
    if (process.env['WRITE_UNITS'] !== undefined) write(name, measured);
    expect(measured).toEqual(
      (JSON.parse(readFileSync(FILE, 'utf8')) as { questions: object }).questions[name as never],
    );
  });

  test('every question is measured, and nothing else is in the table', () => {
    const { calls, questions } = JSON.parse(readFileSync(FILE, 'utf8')) as { calls: number; questions: object };
    expect([calls, Object.keys(questions)]).toEqual([CALLS, Object.keys(QUESTIONS)]);
  });
});

/** WRITE_UNITS=1 npm run test:contract: after a change of what is read. */
function write(name: string, measured: Measured): void {
  const file = JSON.parse(readFileSync(FILE, 'utf8')) as { questions: Record<string, Measured> };
  file.questions[name] = measured;
  writeFileSync(FILE, `${JSON.stringify(file, undefined, 2)}\n`);
}
