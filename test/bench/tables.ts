import type { Judged } from './budgets.ts';
import type { Cost } from './measure-backends.ts';
import type { BenchResult } from './result.ts';

export interface Table {
  readonly title: string;
  /** The first row is the head. */
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

const round = (value: number, digits = 0) => value.toFixed(digits);
const kb = (bytes: number) => `${round(bytes / 1000)} KB`;

/** Everything a run has to say, for the terminal and for the page alike. */
export function toTables(result: BenchResult, judged: readonly Judged[]): readonly Table[] {
  return [
    budgetTable(judged),
    cpuTable(result),
    backendsTable(result),
    trailTable(result),
    sealingTable(result),
    throughputTable(result),
    coldTable(result),
    bundleTable(result),
    heapTable(result),
    unitsTable(result),
  ];
}

function budgetTable(judged: readonly Judged[]): Table {
  const verdict = ({ value, limit }: Judged) =>
    value === undefined ? 'not measured' : value <= limit ? 'kept' : 'EXCEEDED';
  return {
    title: 'Budgets',
    rows: [
      ['what', 'measured', 'budget', ''],
      ...judged.map((row) => [row.what, row.value?.toFixed(2) ?? '–', `≤ ${row.limit}`, verdict(row)]),
    ],
  };
}

function cpuTable({ cpu: { memory, stub, verification, refresh } }: BenchResult): Table {
  const row = (name: string, { gatehouse, sdk }: { readonly gatehouse: number; readonly sdk: number }) => [
    name,
    round(gatehouse),
    round(sdk),
    round(gatehouse / sdk, 2),
  ];
  const share = 1 - memory['tools/call'].gatehouse / stub['tools/call'].gatehouse;
  return {
    title: 'CPU of a warm request, µs',
    rows: [
      ['request', 'Gatehouse', 'official SDK + jose', 'ratio'],
      row('tools/call, store in memory', memory['tools/call']),
      row('tools/list, store in memory', memory['tools/list']),
      row('tools/call, stub DynamoDB', stub['tools/call']),
      row('tools/list, stub DynamoDB', stub['tools/list']),
      ['one verification by aws-jwt-verify', round(verification), '', ''],
      ['refresh through the relay, provider stubbed', round(refresh.gatehouse), '', ''],
      ['decrypt, exchange, encrypt by jose, nothing else', round(refresh.jose), '', ''],
    ],
    note: `The requests to DynamoDB are ${round(share * 100)} % of the CPU of a call.`,
  };
}

function backendsTable({ backends }: BenchResult): Table {
  const { gateway, direct, signing, joseSigning, kept, fresh } = backends;
  const row = (name: string, one: Cost, other: Cost) => [
    name,
    ...[one.cpu, other.cpu].map((value) => round(value)),
    round(one.cpu / other.cpu, 2),
    ...[one.wall, other.wall].map((value) => round(value)),
    round(one.wall / other.wall, 2),
  ];
  return {
    title: 'Calls to backends, µs',
    rows: [
      ['what', 'CPU', 'CPU beside', 'ratio', 'by the clock', 'beside', 'ratio'],
      row('a backend tool through the gateway; the same request without it', gateway, direct),
      row('an https request with a new connection; on a kept one', fresh, kept),
      [
        'an assertion; the same claims signed by jose',
        round(signing),
        round(joseSigning),
        round(signing / joseSigning, 2),
        '',
        '',
        '',
      ],
    ],
    note: `Through the gateway a call costs ${round(gateway.cpu - direct.cpu)} µs of CPU and ${round(gateway.wall - direct.wall)} µs more than the backend alone: token, scopes, two records in memory, an assertion (${round(signing)} µs), checks on the way out. The backend is on this machine: the network between is in neither.`,
  };
}

function trailTable({ trail }: BenchResult): Table {
  const names = { plain: 'plain strict writer', keys: 'the trail, level keys', full: 'the trail, level full' } as const;
  return {
    title: 'The trail of an executed call',
    rows: [
      ['what', 'CPU, µs', 'ratio', 'write units'],
      ...(['plain', 'keys', 'full'] as const).map((level) => [
        names[level],
        round(trail[level].cpu),
        round(trail[level].cpu / trail.plain.cpu, 2),
        trail[level].writeUnits?.toFixed(2) ?? 'not measured',
      ]),
    ],
    note: 'The plain one writes the same two items of a call with a SHA-256 over the JSON of each, as the gateway did before: no canonical form, no keyed digests of arguments and result, no second sink. The table is in memory for the CPU; write units are counted by DynamoDB Local, indexes included.',
  };
}

function sealingTable({
  sealing: { records, minutes, megabytes, sealing, plainHash, peakMemory },
}: BenchResult): Table {
  const count = (value: number) => value.toLocaleString('en-US');
  return {
    title: `Sealing ${count(records)} records`,
    rows: [
      ['what', 'measured'],
      ['CPU of the sealer, s', round(sealing / 1000, 1)],
      ['a record, µs', round((sealing * 1000) / records, 1)],
      ['JSON.stringify and SHA-256 of each, s', round(plainHash / 1000, 1)],
      ['ratio', round(sealing / plainHash, 1)],
      ['peak memory of the process, MB', round(peakMemory)],
    ],
    note: `${minutes} minutes of ${count(records / minutes)} records, ${round(megabytes)} MB of canonical JSON: every record hashed anew, sorted, claimed, put into tiles, signed. Table and bucket are in memory; decoding what DynamoDB answers is not in it.`,
  };
}

function throughputTable({ throughput }: BenchResult): Table {
  return {
    title: 'tools/call over HTTP on one process, store in memory',
    rows: [
      ['connections', 'server', 'requests/s', 'p50 ms', 'p99 ms'],
      ...throughput.flatMap(({ connections, servers }) =>
        Object.entries(servers).map(([name, { perSecond, p50, p99 }]) => [
          String(connections),
          SERVER_NAMES.get(name) ?? name,
          round(perSecond),
          round(p50, 2),
          round(p99, 2),
        ]),
      ),
    ],
  };
}

const SERVER_NAMES: ReadonlyMap<string, string> = new Map([
  ['gatehouse', 'Gatehouse'],
  ['sdk', 'official SDK + jose'],
  ['bare', 'bare node:http JSON'],
]);

const COLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['bare', 'bare: one PutItem'],
  ['mcpBackends', 'mcp, with what backends need'],
]);

function coldTable({ cold }: BenchResult): Table {
  const walled = (wanted: string) => cold.find(({ name }) => name === wanted)?.plain.answered ?? Number.NaN;
  const ratio = round(walled('mcp') / walled('bare'), 2);
  return {
    title: 'Cold start, ms',
    rows: [
      ['function', 'import', 'import + first request', 'CPU of both', 'with compile cache', 'CPU with it'],
      ...cold.map(({ name, plain, cached }) => [
        COLD_NAMES.get(name) ?? name,
        round(plain.imported, 1),
        round(plain.answered, 1),
        round(plain.cpu, 1),
        round(cached.answered, 1),
        round(cached.cpu, 1),
      ]),
    ],
    note: `Medians of fresh processes. By the wall clock mcp took ${ratio} times the bare function. The first request of mcp is a tools/call with discovery, keys, two reads and two writes; that of oauth is a consent page, with discovery and two versions of its key from Secrets Manager. A compile cache is tied to one Node build and processor.`,
  };
}

function bundleTable({ bundles }: BenchResult): Table {
  return {
    title: 'Bundles',
    rows: [
      ['function', 'size', 'largest inputs'],
      ...bundles.map(({ name, bytes, inputs }) => [
        COLD_NAMES.get(name) ?? name,
        kb(bytes),
        inputs
          .slice(0, 5)
          .map((input) => `${input.name} ${kb(input.bytes)}`)
          .join(', '),
      ]),
    ],
  };
}

function heapTable({ cpu: { heap } }: BenchResult): Table {
  return {
    title: 'Heap in use',
    rows: [['calls', 'MB'], ...heap.map(({ calls, bytes }) => [calls.toLocaleString('en-US'), round(bytes / 1e6, 2)])],
  };
}

function unitsTable({ units }: BenchResult): Table {
  const kinds = [
    ['executed call', units?.executed],
    ['denied call', units?.denied],
  ] as const;
  return {
    title: 'DynamoDB, a call',
    rows: [
      ['call', 'requests', 'write units', 'read units'],
      ...kinds.map(([name, metered]) =>
        metered === undefined
          ? [name, 'not measured', 'not measured', 'not measured']
          : [name, round(metered.requests, 2), round(metered.writeUnits, 2), round(metered.readUnits, 2)],
      ),
    ],
    note: 'Counted by DynamoDB Local, indexes included; no Java, no count.',
  };
}
