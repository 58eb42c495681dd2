import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { close } from '../../cli/dev/network.ts';
import { projectRoot } from '../../infra/project.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { createFolderObjects } from '../../shared/aws/objects-folder.ts';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { callIdOf, recordsOf, type SyntheticCall } from '../support/synthetic-trail.ts';

const execute = promisify(execFile);
const NOON = Date.UTC(2026, 8, 1, 12);
const CALLS: readonly SyntheticCall[] = (['ok', 'denied', 'error'] as const).map((end, n) => ({
  at: NOON + n,
  n,
  end,
}));
const START = Date.now() - 60_000;
const IDS = CALLS.map(callIdOf).reverse();
const TIMES = ['--since', '2026-09-01T00:00:00Z', '--until', '2026-09-02T00:00:00Z'];
const STACK = { AuditWorkGroup: 'Gatehouse-audit', AuditDatabase: 'gatehouse_audit', Issuer: 'https://i.example' };
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-archive-'));

let database: TestDatabase;
let aws: Server;
/** Requests to Athena, as they came. */
const asked: Array<{ readonly action: string; readonly body: Record<string, unknown> }> = [];

beforeAll(async () => {
  database = await startDatabase();
  const lines = CALLS.flatMap((call) => recordsOf(call)).map((record) => canonicalJson(record));
  await createFolderObjects(folder).putIfAbsent(
    'records/dt=2026-09-01/s-1.jsonl.gz',
    gzipSync(`${lines.join('\n')}\n`),
  );
  aws = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    response.end(answer(String(request.headers['x-amz-target'] ?? ''), Buffer.concat(chunks).toString()));
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await close(aws);
  await database.stop();
});

/** STS and CloudFormation as their XML, Athena as its JSON. */
function answer(target: string, body: string): string {
  if (body.includes('GetCallerIdentity')) return '<R><Arn>arn:aws:iam::1:user/eve</Arn></R>';
  if (body.includes('DescribeStacks')) {
    const outputs = Object.entries({ ...STACK, AuditTable: database.audit }).map(
      ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
    );
    return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>Gatehouse</StackName><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  }
  const action = target.split('.')[1] ?? '';
  asked.push({ action, body: JSON.parse(body) });
  if (action === 'StartQueryExecution') return '{"QueryExecutionId":"q1"}';
  if (action === 'GetQueryExecution') return '{"QueryExecution":{"Status":{"State":"SUCCEEDED"}}}';
  const row = (cells: readonly string[]) => ({ Data: cells.map((VarCharValue) => ({ VarCharValue })) });
  const rows = IDS.map((id, n) => row([`${id}#1`, String(NOON + n), 'echo', 'allowed', 'false']));
  return JSON.stringify({ ResultSet: { Rows: [row(['sk', 'ts', 'tool', 'decision', 'iserror']), ...rows] } });
}

async function run(...args: readonly string[]) {
  const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    NODE_NO_WARNINGS: '',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'y',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
  };
  const result = execute(process.execPath, ['cli/gatehouse.mjs', 'audit', ...args], { cwd: projectRoot, env });
  return result.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

const idsIn = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { callId: string }).callId);

async function readings(): Promise<readonly string[]> {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const rows = await reader.query({ kinds: ['read'], since: START, until: Date.now() + 60_000, limit: 100 });
  return rows.map(({ subject, method }) => `${subject} ${method}`);
}

test('a folder with a copy of the archive is asked without any gateway, and that is said', async () => {
  const before = await readings();
  const { code, stdout, stderr } = await run('query', '--archive', folder, '--json', ...TIMES);
  expect([code, idsIn(stdout), stderr, await readings()]).toEqual([
    0,
    IDS,
    'A copy of your own: this reading is recorded nowhere.\n',
    before,
  ]);
});

test('the archive of a stack is asked with its reading recorded in the stack', async () => {
  const before = await readings();
  const { code, stdout } = await run(
    'query',
    '--archive',
    folder,
    '--stack',
    'Gatehouse',
    '--json',
    '--state',
    'error',
    ...TIMES,
  );
  expect([code, idsIn(stdout), await readings()]).toEqual([
    0,
    [IDS[0]],
    ['arn:aws:iam::1:user/eve audit/query', ...before],
  ]);
});

test('one call out of the archive is shown with its hashes and chain', async () => {
  const { code, stdout } = await run('show', IDS[2] ?? '', '--archive', folder);
  expect([code, stdout.split('hash: as recomputed').length, stdout.includes('Chain: the outcome carries')]).toEqual([
    0,
    3,
    true,
  ]);
});

test.each<readonly [string, readonly string[], string]>([
  ['a folder that is not there', ['query', '--archive', '/nowhere'], 'There is no folder /nowhere.'],
  [
    'a name at the provider without a gateway',
    ['query', '--archive', folder, '--subject', 'alice'],
    'A folder has no IdentitiesTable.',
  ],
  ['Athena with an archive', ['query', '--athena', '--archive', folder], '--athena and --archive exclude each other.'],
  ['Athena with OCSF', ['query', '--athena', '--ocsf'], '--athena and --ocsf exclude each other.'],
  [
    'open calls of Athena',
    ['query', '--athena', '--state', 'open'],
    'Athena does not look for calls that have not ended',
  ],
])('%s is answered with a sentence', async (_name, args, sentence) => {
  const { code, stdout, stderr } = await run(...args);
  expect([code > 0, stdout, stderr.includes(sentence)]).toEqual([true, '', true]);
});

test('Athena is asked in the work group of the stack with values apart, and its reading is recorded', async () => {
  asked.length = 0;
  const before = await readings();
  const { code, stdout, stderr } = await run(
    'query',
    '--athena',
    '--tool',
    "echo' OR '1'='1",
    '--json',
    '--limit',
    '2',
    ...TIMES,
  );
  const { QueryString, ExecutionParameters, WorkGroup, QueryExecutionContext } = asked[0]?.body ?? {};
  expect({
    code,
    ids: idsIn(stdout),
    more: stderr.startsWith('There is more. '),
    actions: asked.map(({ action }) => action),
  }).toEqual({
    code: 0,
    ids: IDS.slice(0, 2),
    more: true,
    actions: ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'],
  });
  expect([ExecutionParameters, WorkGroup, QueryExecutionContext, String(QueryString).includes('1=')]).toEqual([
    ["'2026-09-01'", "'2026-09-02'", '1788220800000', '1788307200000', "'echo'' OR ''1''=''1'"],
    'Gatehouse-audit',
    { Database: 'gatehouse_audit' },
    false,
  ]);
  expect(await readings()).toEqual(['arn:aws:iam::1:user/eve audit/query', ...before]);
});
