import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { billOf, units } from '../../cli/cost/bill.ts';
import { trailUnits } from '../../cli/cost/trail-bill.ts';
import { projectRoot } from '../../infra/project.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { modern, modernHeaders } from '../support/messages.ts';

const execute = promisify(execFile);
/** What DynamoDB adds to an item, and what cannot be seen from here: estimates, in bytes. */
const ITEM_OVERHEAD = 100;
const POWERTOOLS = 250;
const LAMBDA_LINES = 350;
const HEADERS = 350;

const SECONDS_PER_MONTH = 2_628_000;

const round = (usd: number) => Math.round(usd * 100) / 100;

describe('the bill', () => {
  test('of a million calls of 5 ms at 512 MB, by part', () => {
    const { lines, usd } = billOf({ calls: 1_000_000, ms: 5, memory: 512 });
    expect([Object.fromEntries(lines.map(({ part, usd }) => [part, round(usd)])), round(usd)]).toEqual([
      {
        'HTTP API': 1,
        'Lambda requests': 0.2,
        'Lambda time': 0.03,
        'DynamoDB writes': 1.88,
        'DynamoDB reads': 0.06,
        'DynamoDB storage': 0.63,
        'DynamoDB recovery': 0.5,
        Logs: 0.44,
        Egress: 0.06,
        Traces: 5,
        'Trail functions': 0.63,
        'Trail reads and seals': 0.41,
        'Trail signatures': 1.66,
        'Trail requests to S3': 2.97,
        'Archive storage': 0.02,
      },
      15.47,
    ]);
  });

  test('has a trace of every call while they are few, and of one in twenty beyond one a second', () => {
    const traces = (calls: number) =>
      billOf({ calls, ms: 5, memory: 512 }).lines.find(({ part }) => part === 'Traces')!.usd;
    expect([traces(1_000_000), traces(2_628_000), traces(12_628_000)].map(round)).toEqual([5, 13.14, 15.64]);
  });

  test('of no calls is what runs every minute all the same, and only functions depend on duration and memory', () => {
    const small = billOf({ calls: 1000, ms: 10, memory: 128 });
    const large = billOf({ calls: 1000, ms: 20, memory: 1024 });
    const differing = small.lines.filter(({ usd }, at) => large.lines[at]!.usd !== usd).map(({ part }) => part);
    const growth = large.lines.find(({ part }) => part === 'Lambda time')!.usd / small.lines[2]!.usd;
    const idle = billOf({ calls: 0, ms: 10, memory: 1024 }).lines.filter(({ usd }) => usd > 0);
    expect([differing, round(growth)]).toEqual([['Lambda time', 'Trail functions'], 16]);
    expect(idle.map(({ part, usd }) => [part, round(usd)])).toEqual([
      ['Trail functions', 0.4],
      ['Trail reads and seals', 0.17],
      ['Trail signatures', 1.66],
      ['Trail requests to S3', 1.22],
      ['Archive storage', 0],
    ]);
  });

  test('has an object of the archive for every record while they are few, and for each batch of a shard beyond', () => {
    const puts = (calls: number) =>
      billOf({ calls, ms: 5, memory: 512 }).lines.find(({ part }) => part === 'Trail requests to S3')!.usd;
    const batches = (SECONDS_PER_MONTH / trailUnits.batchSeconds) * trailUnits.streamShards;
    expect([1000, 1_000_000, 100_000_000].map((calls) => round(puts(calls) - puts(0)))).toEqual([
      0.01,
      round((batches * 0.005) / 1000),
      round((batches * 0.005) / 1000),
    ]);
  });
});

describe('the units behind it', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.stop());

  test('are those of a call of echo', async () => {
    const reads: string[] = [];
    const written: object[] = [];
    const gateway = createTestGateway(database, {
      dynamo: (real) => ({
        ...real,
        get: (table, key, options) => {
          reads.push(options?.consistent ? 'consistent' : 'eventual');
          return real.get(table, key, options);
        },
        putIfAbsent: (table, item) => {
          written.push(item);
          return real.putIfAbsent(table, item);
        },
      }),
    });
    const call = () =>
      gateway.rpc(
        modern('tools/call', { name: 'echo', arguments: { text: 'a text of forty characters, as in a chat' } }),
        {
          headers: modernHeaders('tools/call', 'echo'),
        },
      );
    await call();
    for (const list of [reads, written, gateway.lines]) list.length = 0;
    const { body } = await call();
    const indexes = (item: object) =>
      Object.entries(item).filter(([name, value]) => /^gsi\dpk$/.test(name) && value !== undefined).length;
    const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
    const copies = written.flatMap((item) => Array(1 + indexes(item)).fill(item));
    expect({ reads, writeUnits: copies.length, under1KB: written.every((item) => sizeOf(item) < 1024) }).toEqual({
      reads: Array(units.readUnits * 2).fill('eventual'),
      writeUnits: units.writeUnits,
      under1KB: true,
    });
    const sizes = {
      storedBytes: copies.reduce((sum: number, item) => sum + sizeOf(item) + ITEM_OVERHEAD, 0),
      logBytes: gateway.lines.reduce((sum, line) => sum + sizeOf(line), 0) + POWERTOOLS + LAMBDA_LINES,
      answerBytes: sizeOf(body) + HEADERS,
    };
    const off = Object.entries(sizes).filter(([name, size]) => Math.abs(size / units[name as 'logBytes'] - 1) > 0.1);
    expect(off).toEqual([]);
  });
});

describe('the command', () => {
  const cost = (...args: string[]) =>
    execute(process.execPath, ['cli/gatehouse.mjs', 'cost', ...args], {
      cwd: projectRoot,
      env: { ...process.env, NODE_OPTIONS: '' },
    });

  test('prints the parts and the total, or one JSON object', async () => {
    const [table, json] = [await cost('--calls', '2000000'), await cost('--calls', '2000000', '--json')];
    const bill = billOf({ calls: 2_000_000, ms: 10, memory: 1024 });
    expect(JSON.parse(json.stdout)).toEqual(bill);
    expect(table.stdout).toMatch(new RegExp(`Total +2,000,000 calls +${bill.usd.toFixed(2)}\n`));
  });

  test.each([
    [['--calls', '-1'], "Option '--calls' argument is ambiguous"],
    [['--calls', 'many'], '--calls many is no number from 0 to 1000000000000.'],
    [['--ms', '29000'], '--ms 29000 is no number from 1 to 28000.'],
    [['--memory', '64'], '--memory 64 is no number from 128 to 10240.'],
  ])('refuses %j in one sentence', async (args, sentence) => {
    await expect(cost(...args)).rejects.toMatchObject({ stderr: expect.stringContaining(sentence) });
  });
});
