import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { close, findFreePort } from '../../cli/dev/network.ts';
import { type DevState, removeState, writeState } from '../../cli/dev/state-file.ts';
import { projectRoot } from '../../infra/project.ts';
import { createAuditReader } from '../../shared/audit/query.ts';
import { linkKey } from '../../shared/identity/keys.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { callIdOf, type SyntheticCall, writeCalls } from '../support/synthetic-trail.ts';

const execute = promisify(execFile);
const ARN = 'arn:aws:sts::123456789012:assumed-role/auditor/eve';
const ISSUER = 'https://i.example';
const START = Date.now() - 60_000;
const ENDS = ['ok', 'error', 'unknown', 'denied', 'open'] as const;
const UID = 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV';
/** One a second, newest last. */
const CALLS: readonly SyntheticCall[] = ENDS.map((end, n) => ({
  at: START + n * 1000,
  n,
  end,
  tool: n % 2 === 0 ? 'echo' : 'whoami',
  user: UID.slice(4),
}));
/** Newest first. */
const IDS = CALLS.map(callIdOf).reverse();

let database: TestDatabase;
let port = 0;
let guard: Server;
let sts: Server;
/** Operations that the database refuses. */
let refused: ReadonlySet<string> = new Set();
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-audit-'));

beforeAll(async () => {
  database = await startDatabase();
  await writeCalls(database, CALLS);
  const link = { ...linkKey(ISSUER, 'alice'), uid: UID, createdAt: 1 };
  await database.dynamo.put(database.identities, link);
  guard = await listen(async (target, body) => {
    if (refused.has(target)) return { status: 400, text: '{"__type":"AccessDeniedException"}' };
    const headers = {
      'x-amz-target': `DynamoDB_20120810.${target}`,
      'content-type': 'application/x-amz-json-1.0',
      authorization: AUTHORIZATION,
      'x-amz-date': '20261125T000000Z',
    };
    const answer = await fetch(database.endpoint, { method: 'POST', headers, body });
    return { status: answer.status, text: await answer.text() };
  });
  sts = await listen(async () => ({
    status: 200,
    text: `<GetCallerIdentityResponse><Arn>${ARN}</Arn></GetCallerIdentityResponse>`,
  }));
  port = await findFreePort();
  const { identities, audit, state } = database;
  const tables = { identities, audit, state, seals: 'none' };
  const dynamodb = urlOf(guard);
  writeState({
    port,
    pid: process.pid,
    issuer: ISSUER,
    dynamodb,
    tables,
    archive: folder,
    auditKey: '',
  } as unknown as DevState);
});
afterAll(async () => {
  removeState(port);
  rmSync(folder, { recursive: true, force: true });
  await Promise.all([close(guard), close(sts)]);
  await database.stop();
});
beforeEach(() => {
  refused = new Set();
});

/** dynalite looks at the form of it only. */
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=local/20261125/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

async function listen(
  answer: (target: string, body: string) => Promise<{ status: number; text: string }>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const target = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const { status, text } = await answer(target, Buffer.concat(chunks).toString());
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function run(args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '', TZ: 'Asia/Kolkata', ...more };
  const result = execute(process.execPath, ['cli/gatehouse.mjs', 'audit', ...args], { cwd: projectRoot, env });
  return result.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

const local = (command: string, ...args: readonly string[]) =>
  run([command, ...args, '--local', '--port', String(port)]);

function deployed(command: string, ...args: readonly string[]) {
  const aws = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_SECRET_ACCESS_KEY: 'y',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
  const places = { AWS_ENDPOINT_URL_STS: urlOf(sts), AWS_ENDPOINT_URL_DYNAMODB: urlOf(guard) };
  return run([command, ...args, '--table', database.audit], { ...aws, ...places });
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const idsIn = (text: string) => lines(text).map((line) => (JSON.parse(line) as { callId: string }).callId);

/** The newest event of the trail. */
async function newestReading() {
  const reader = createAuditReader({ dynamo: database.dynamo, table: database.audit });
  const [row] = await reader.query({ kinds: ['read'], since: START, until: Date.now() + 60_000, limit: 1 });
  return row && { subject: row.subject, method: row.method, detail: row.detail };
}

describe('audit query', () => {
  test.each<readonly [string, readonly string[], readonly number[]]>([
    ['nothing else', [], [0, 1, 2, 3, 4]],
    ['a user, by uid', ['--who', UID], [1, 2, 3, 4]],
    ['a user, by the name at the identity provider', ['--subject', 'alice'], [1, 2, 3, 4]],
    ['a tool', ['--tool', 'whoami'], [1, 3]],
    ['a client', ['--client', 'claude', '--limit', '2'], [0, 1]],
    ['a decision', ['--decision', 'denied'], [1]],
    ['a reason', ['--reason', 'BACKEND_ERROR'], [3]],
    ['a state', ['--state', 'unknown'], [2]],
    ['what has not ended', ['--state', 'open'], [0]],
    ['a time', ['--since', new Date(START).toISOString(), '--until', new Date(START + 1500).toISOString()], [3, 4]],
  ])('by %s', async (_name, args, expected) => {
    const { code, stdout } = await local('query', '--json', ...args);
    expect([code, idsIn(stdout)]).toEqual([0, expected.map((at) => IDS[at])]);
  });

  test('as a table: local time with its offset, no colour where no terminal is', async () => {
    const { stdout } = await local('query', '--state', 'denied');
    const time = new Date(START + 3000 + 19_800_000).toISOString().replace('T', ' ').slice(0, 23);
    expect(lines(stdout)[2]?.split(/ {2,}/)).toEqual([
      `${time} +05:30`,
      UID,
      UID.slice(4),
      'claude',
      'whoami',
      'denied',
      'INSUFFICIENT_SCOPE',
      'scope_missing',
      IDS[1],
    ]);
  });

  test('goes on where a cursor says, to the end', async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { stdout, stderr } = await local(
        'query',
        '--json',
        '--limit',
        '2',
        ...(cursor ? ['--cursor', cursor] : []),
      );
      found.push(...idsIn(stdout));
      cursor = /--cursor (\S+)/.exec(stderr)?.[1];
    } while (cursor !== undefined);
    expect(found).toEqual(IDS);
  });

  test('refuses a cursor of another question, with a sentence', async () => {
    const { stderr } = await local('query', '--json', '--limit', '2');
    const cursor = /--cursor (\S+)/.exec(stderr)?.[1] ?? '';
    const { code, stdout, stderr: says } = await local('query', '--tool', 'echo', '--cursor', cursor);
    expect([code, stdout, lines(says)[0]]).toEqual([
      2,
      '',
      '--cursor: This cursor belongs to another question. Repeat the options it was given for.',
    ]);
  });

  test('OCSF is complete also where an index was asked', async () => {
    const { stdout } = await local('query', '--who', UID, '--limit', '1', '--ocsf');
    const { class_uid: uid, src_endpoint: source, actor } = JSON.parse(stdout);
    expect([uid, source, actor.idp.issuer]).toEqual([6003, { ip: '192.0.2.1' }, ISSUER]);
  });

  test.each<readonly [string, readonly string[], string]>([
    ['two formats', ['--json', '--csv'], '--json and --csv exclude each other.'],
    ['a state that is none', ['--state', 'fine'], '--state fine is none of ok, error, unknown, open, denied.'],
    [
      'a kind that is none',
      ['--kind', 'write'],
      '--kind write is none of call, read, admin, auth-failure, token, all.',
    ],
    ['times the wrong way round', ['--since', '1h', '--until', '2h'], '--since is after --until.'],
    ['times with a cursor', ['--since', '1h', '--cursor', 'x'], '--cursor has its times in it.'],
    ['two names of a user', ['--who', UID, '--subject', 'x'], 'Give --who or --subject, not both.'],
  ])('answers %s with a sentence', async (_name, args, sentence) => {
    const { code, stdout, stderr } = await local('query', ...args);
    expect([code, stdout, stderr.startsWith(sentence)]).toEqual([2, '', true]);
  });
});

describe('reading is recorded before it is answered', () => {
  test.each<readonly [string, readonly string[], string, RegExp]>([
    ['query', ['--tool', 'echo'], 'audit/query', /^2\S+\/2\S+ tool=echo$/],
    ['show', [IDS[4] ?? ''], 'audit/show', new RegExp(`^${IDS[4]}$`)],
    ['stats', ['--by', 'user'], 'audit/stats', /^by=user 2/],
    ['export', ['--format', 'csv'], 'audit/export', /^csv 2/],
  ])('%s, with the name that AWS has for the reader', async (command, args, method, detail) => {
    const { code } = await deployed(command, ...args);
    const reading = await newestReading();
    expect([code, reading]).toEqual([0, { subject: ARN, method, detail: expect.stringMatching(detail) }]);
  });

  test.each<readonly [string, readonly string[]]>([
    ['query', []],
    ['show', [IDS[4] ?? '']],
    ['tail', []],
    ['stats', []],
    ['export', []],
  ])('%s answers nothing when it cannot be recorded', async (command, args) => {
    refused = new Set(['PutItem']);
    const { code, stdout, stderr } = await deployed(command, ...args);
    expect([code, stdout, lines(stderr)[0]]).toEqual([
      1,
      '',
      expect.stringMatching(/^Your reading could not be recorded, so there is no answer: /),
    ]);
  });

  test('and needs a name: without AWS credentials there is no answer', async () => {
    const none = {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: '',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { code, stdout, stderr } = await run(['query', '--table', 't'], none);
    expect([code, stdout, stderr.startsWith('AWS does not say who you are: ')]).toEqual([1, '', true]);
  });

  test('is shown by --kind, and by nothing else', async () => {
    const { stdout } = await local('query', '--kind', 'read', '--json', '--limit', '1');
    const { stdout: calls } = await local('query', '--json');
    expect([JSON.parse(stdout).method, idsIn(calls)]).toEqual(['audit/query', IDS]);
  });
});

test('audit query that finds nothing for a reason which is no code names those that are near', async () => {
  const { code, stdout, stderr } = await local('query', '--reason', 'scope');
  expect([code, stdout, stderr]).toEqual([
    0,
    'No calls match.\n',
    expect.stringContaining('Near: INSUFFICIENT_SCOPE.'),
  ]);
});

describe('audit show', () => {
  test('has both items of a call, its hashes and its chain', async () => {
    const { code, stdout } = await local('show', IDS[4] ?? '', '--json');
    const { isSound, isChained, records } = JSON.parse(stdout);
    expect([code, isSound, isChained, records.map(({ sk }: { sk: string }) => sk)]).toEqual([
      0,
      true,
      true,
      [`${IDS[4]}#0`, `${IDS[4]}#1`],
    ]);
  });

  test('ends with 1 and says so when a hash does not fit', async () => {
    const call = { at: START + 10_000, n: 77, end: 'open' } as const;
    await writeCalls(database, [call]);
    const found = await createAuditReader({ dynamo: database.dynamo, table: database.audit }).find(callIdOf(call));
    const item = found?.items.get('0') as { pk: string; sk: string };
    const other = { ...item, subject: '\u001b[2Jmallory', ts: START - 86_400_000 };
    await database.dynamo.put(database.audit, other);
    const { code, stdout } = await local('show', callIdOf(call));
    await database.dynamo.delete(database.audit, { pk: item.pk, sk: item.sk });
    expect([
      code,
      /HASH DOES NOT FIT: recomputed [0-9a-f]{64}/.test(stdout),
      stdout.includes('\\u{1b}[2Jmallory'),
    ]).toEqual([1, true, true]);
    expect(stdout).not.toContain('\u001b');
  });

  test('says what is kept of the arguments', async () => {
    const { stdout } = await local('show', IDS[4] ?? '', '--arguments');
    expect([lines(stdout).at(-1), (await newestReading())?.method]).toEqual([
      '  not kept: level keys',
      'audit/arguments',
    ]);
  });

  test.each<readonly [string, string, number, RegExp]>([
    ['an id that is none', 'abc', 2, /^abc is no id of a call\./],
    [
      'an id in capitals that is not there',
      '019AB845-6A00-7ABC-8DEF-0123456789AB',
      1,
      /^There is no record of 019ab845/,
    ],
    ['a call that is not there', '019ab845-6a00-7abc-8def-0123456789ab', 1, /^There is no record of 019ab845/],
  ])('answers %s with a sentence', async (_name, id, expected, sentence) => {
    const { code, stderr } = await local('show', id);
    expect([code, sentence.test(stderr)]).toEqual([expected, true]);
  });
});

describe('audit export', () => {
  test('writes whole records, oldest first, into a file that it does not replace', async () => {
    const file = join(folder, 'trail.jsonl');
    const first = await local('export', '--out', file);
    const again = await local('export', '--out', file);
    const records = lines(readFileSync(file, 'utf8')).map((line) => JSON.parse(line) as { sk: string; hash: string });
    expect({
      codes: [first.code, again.code],
      says: [first.stderr, again.stderr],
      records: records.map(({ sk }) => sk),
    }).toEqual({
      codes: [0, 1],
      says: [`Exported 5 calls to ${file}.\n`, `${file} is there already. Name another file, or move it away.\n`],
      records: [...IDS]
        .reverse()
        .flatMap((id, at) => ({ denied: [`${id}#9`], open: [`${id}#0`] })[String(ENDS[at])] ?? [`${id}#0`, `${id}#1`]),
    });
  });

  test('leaves nothing behind where it cannot write', async () => {
    writeFileSync(join(folder, 'plain'), '');
    const { code, stderr } = await local('export', '--out', join(folder, 'plain', 'x'));
    expect([code, stderr.includes('cannot be written')]).toEqual([1, true]);
  });

  test.each([
    ['csv', 6],
    ['ocsf', 5],
    ['cloudevents', 5],
  ])('as %s: %i lines', async (format, count) => {
    const { stdout, stderr } = await local('export', '--format', format);
    expect([lines(stdout).length, stderr]).toEqual([count, 'Exported 5 calls.\n']);
  });
});

test('audit stats counts, with bars', async () => {
  const { stdout } = await local('stats', '--by', 'tool');
  expect(
    lines(stdout)
      .slice(2)
      .map((line) => line.trim().split(/\s+/)),
  ).toEqual([
    ['echo', '3', '0', '1', '1', '5', '5', '█'.repeat(24)],
    ['whoami', '2', '1', '1', '0', '5', '5', '█'.repeat(16)],
  ]);
});

test('audit tail shows what comes in, waits while nothing can be read, and ends with Ctrl-C', async () => {
  const { spawn } = await import('node:child_process');
  const args = ['cli/gatehouse.mjs', 'audit', 'tail', '--every', '1', '--json', '--local', '--port', String(port)];
  const child = spawn(process.execPath, args, { cwd: projectRoot, env: { ...process.env, NODE_OPTIONS: '' } });
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  let recorded = await newestReading();
  while (recorded?.method !== 'audit/tail') recorded = await newestReading();
  const call = { at: Date.now() + 1000, n: 78, end: 'ok' } as const;
  await writeCalls(database, [call]);
  const [shown] = await new Promise<string[]>((resolve) =>
    child.stdout.once('data', (chunk) => resolve(lines(String(chunk)))),
  );
  const said = () => new Promise<string>((resolve) => child.stderr.once('data', (chunk) => resolve(String(chunk))));
  const lost = said();
  refused = new Set(['Query']);
  expect(await lost).toMatch(/^The trail cannot be read\. AccessDeniedException: .* Trying again every 1 s\.\n$/);
  const found = said();
  refused = new Set();
  expect(await found).toBe('The trail can be read again.\n');
  child.kill('SIGINT');
  expect([idsIn(shown ?? ''), await ended]).toEqual([[callIdOf(call)], 0]);
});
