import { expect, test } from '@jest/globals';
import { complaints, judge } from './budgets.ts';
import { toChart } from './chart.ts';
import { toPage } from './page.ts';
import type { BenchResult } from './result.ts';
import { toTables } from './tables.ts';

const pair = { gatehouse: 100, sdk: 400 };
const start = { imported: 50, answered: 80, cpu: 70 };
const load = { perSecond: 1000, p50: 1, p99: 5 };
const metered = { requests: 3, writeUnits: 3, readUnits: 0.5 };

function resultOf(more: Partial<BenchResult> = {}): BenchResult {
  return {
    at: '2026-11-24T08:00:00Z',
    node: '24.9.0',
    processor: 'a processor',
    cpu: {
      memory: { 'tools/call': pair, 'tools/list': pair },
      stub: { 'tools/call': pair, 'tools/list': pair },
      verification: 50,
      refresh: { gatehouse: 75, jose: 100 },
      heap: [
        { calls: 20_000, bytes: 10_000_000 },
        { calls: 100_000, bytes: 10_100_000 },
      ],
    },
    sealing: { records: 1000, minutes: 8, megabytes: 1, sealing: 30, plainHash: 10, peakMemory: 200 },
    throughput: [{ connections: 8, servers: { gatehouse: load, sdk: load, bare: load } }],
    cold: [
      { name: 'mcp', plain: start, cached: start },
      { name: 'oauth', plain: start, cached: start },
      { name: 'bare', plain: start, cached: start },
    ],
    bundles: ['mcp', 'oauth'].map((name) => ({ name, bytes: 400_000, inputs: [{ name: 'own', bytes: 50_000 }] })),
    units: { executed: metered, denied: metered },
    ...more,
  };
}

const values = (result: BenchResult) => Object.fromEntries(judge(result).map(({ name, value }) => [name, value]));

test('each budget is a number of this run', () => {
  expect(values(resultOf())).toEqual({
    callToSdk: 0.25,
    callToVerification: 2,
    stubCallToSdk: 0.25,
    coldToBare: 1,
    coldOauthToBare: 1,
    refreshToJose: 0.75,
    sealingToHash: 3,
    sealingMemoryMB: 200,
    mcpBundleKB: 400,
    oauthBundleKB: 400,
    writeUnitsPerCall: 3,
    heapGrowth: 1.01,
  });
});

test('an exceeded budget is named, and so is a number that is none', () => {
  const bundles = [{ name: 'mcp', bytes: 500_001, inputs: [] }];
  const result = resultOf({ bundles, cold: [] });
  expect(complaints(judge(result), false).map((sentence) => sentence.slice(0, 40))).toEqual([
    'coldToBare is NaN, over its budget of 1.',
    'coldOauthToBare is NaN, over its budget ',
    'mcpBundleKB is 500.001, over its budget ',
    'oauthBundleKB is NaN, over its budget of',
  ]);
});

test('what could not be measured fails only where all is required, and the table says so', () => {
  const judged = judge(resultOf({ units: undefined }));
  const tables = toTables(resultOf({ units: undefined }), judged);
  expect([complaints(judged, false), complaints(judged, true).length]).toEqual([[], 1]);
  expect(tables.at(-1)?.rows.slice(1)).toEqual([
    ['executed call', 'not measured', 'not measured', 'not measured'],
    ['denied call', 'not measured', 'not measured', 'not measured'],
  ]);
});

test('the page has every table, and the chart a bar a side whose length is its value', () => {
  const result = resultOf();
  const tables = toTables(result, judge(result));
  const page = toPage(result, tables);
  const widths = [...toChart(result).matchAll(/<rect class="(\w+)".* width="([\d.]+)"/g)].map(([, side, width]) => [
    side,
    Number(width),
  ]);
  expect(tables.filter(({ title }) => !page.includes(`## ${title}\n`))).toEqual([]);
  expect(widths.slice(0, 2)).toEqual([
    ['ours', 110],
    ['other', 440],
  ]);
});
