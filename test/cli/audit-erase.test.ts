import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort } from '../../cli/dev/network.ts';
import { type DevState, removeState, writeState } from '../../cli/dev/state-file.ts';
import { projectRoot } from '../../infra/project.ts';
import { NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';

const execute = promisify(execFile);
const MONTH = new Date(NOW).toISOString().slice(0, 7).replace('-', '');
const NOBODY = 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV';
const archive = mkdtempSync(join(tmpdir(), 'gatehouse-hold-'));

let database: TestDatabase;
let port = 0;
let uid = '';
let digest = '';

const items = async () => (await database.dump()).map((item) => unmarshall(item as Parameters<typeof unmarshall>[0]));

beforeAll(async () => {
  database = await startDatabase();
  const params = { name: 'echo', arguments: { text: 'hi' } };
  await createTestGateway(database).rpc({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  const intent = (await items()).find(({ argsDigest }) => argsDigest !== undefined);
  [uid, digest] = [String(intent?.['uid']), String(intent?.['argsDigest'])];
  port = await findFreePort();
  const { identities, audit, state, endpoint: dynamodb } = database;
  writeState({ port, pid: process.pid, dynamodb, tables: { identities, audit, state } } as unknown as DevState);
});
afterAll(async () => {
  removeState(port);
  rmSync(archive, { recursive: true, force: true });
  await database.stop();
});

/** Exit code and the first line of whichever stream has something. */
async function audit(...args: string[]): Promise<readonly [number, string]> {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const words = ['cli/gatehouse.mjs', 'audit', ...args, '--local', '--port', String(port)];
  const { code, stdout, stderr } = await execute(process.execPath, words, { cwd: projectRoot, env }).then(
    (done) => ({ code: 0, ...done }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  );
  return [code, `${stdout}${stderr}`.split('\n')[0] ?? ''];
}

const hash = (json: string) => audit('hash', '--user', uid, '--month', MONTH, json);

test('a guess is compared with a record until the user is erased, which a hold prevents', async () => {
  expect(await hash('{ "text": "hi" }')).toEqual([0, digest]);
  const [, other] = await hash('{"text":"ho"}');
  expect(other).toMatch(/^[\w-]{43}$/);
  expect(other).not.toBe(digest);

  const held = await audit('hold', '--user', uid, '--reason', 'case\u001b[31m 7');
  const again = await audit('hold', '--user', uid, '--reason', 'case 8');
  const refused = await audit('erase', '--user', uid, '--yes');
  const released = await audit('hold', '--user', uid, '--release');
  const by = `local:${userInfo().username}`;
  expect([held[0], held[1].endsWith(`by ${by}.`)]).toEqual([0, true]);
  expect([
    again[0],
    again[1].includes(` is held already since 20`),
    again[1].includes(`by ${by}: case\\u{1b}[31m 7.`),
  ]).toEqual([1, true, true]);
  expect([refused[0], refused[1].includes(`by ${by}: case\\u{1b}[31m 7.`)]).toEqual([1, true]);
  expect(released).toEqual([0, `Released: ${uid}.`]);

  expect(await audit('erase', '--user', uid)).toEqual([2, 'This cannot be undone. Add --yes to do it.']);
  const erased = `Erased: nobody can read or compare arguments of ${uid} up to now.`;
  expect(await audit('erase', '--user', uid, '--yes')).toEqual([0, erased]);
  expect((await hash('{"text":"hi"}'))[1]).not.toBe(digest);

  const events = (await items()).filter(({ kind }) => kind !== undefined);
  const told = events.sort((a, b) => (String(a['callId']) < String(b['callId']) ? -1 : 1));
  expect(told.map(({ kind, method, subject, detail }) => [kind, method, subject, detail])).toEqual(
    [
      ['read', 'audit/hash', `${uid} ${MONTH}`],
      ['read', 'audit/hash', `${uid} ${MONTH}`],
      ['admin', 'audit/hold', `${uid} case [31m 7`],
      ['admin', 'audit/release', uid],
      ['admin', 'audit/erase', uid],
      ['read', 'audit/hash', `${uid} ${MONTH}`],
    ].map(([kind, method, detail]) => [kind, method, userInfo().username, detail]),
  );
}, 60_000);

test('days of an archive are held', async () => {
  mkdirSync(join(archive, 'records/dt=2026-11-01'), { recursive: true });
  writeFileSync(join(archive, 'records/dt=2026-11-01/a.jsonl.gz'), '');
  const days = ['--from', '2026-11-01', '--to', '2026-11-02', '--archive', archive];
  expect(await audit('hold', ...days, '--reason', 'case 7')).toEqual([0, 'Held: 1 objects.']);
  expect(await audit('hold', ...days, '--release')).toEqual([0, 'Released: 1 objects.']);
}, 30_000);

test('a hold on nothing is a failure, and no event tells of one', async () => {
  const events = async () => (await items()).filter(({ kind }) => kind === 'admin').length;
  const before = await events();
  const reason = ['--reason', 'case 7'];
  const days = ['--from', '2026-12-01', '--to', '2026-12-02', ...reason];
  expect([
    await audit('hold', ...days, '--archive', archive),
    await audit('hold', ...days, '--archive', join(archive, 'nowhere')),
    await audit('hold', '--user', NOBODY, ...reason),
  ]).toEqual([
    [1, `${archive} has nothing of 2026-12-01 to 2026-12-02.`],
    [1, `There is no folder ${join(archive, 'nowhere')}.`],
    [1, `There is no user ${NOBODY}.`],
  ]);
  expect(await events()).toBe(before);
}, 30_000);

test.each([
  [['erase', '--user', NOBODY, '--yes'], 1, `There is no user ${NOBODY}.`],
  [
    ['erase', '--user', 'alice', '--yes'],
    2,
    '--user alice is no user id. It looks like usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.',
  ],
  [['erase', '--yes'], 2, 'Say which user: --user usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.'],
  [['hash', '--user', NOBODY, '--month', '202613', '{}'], 2, '--month 202613 is no month. Example: 202611'],
  [
    ['hash', '--user', NOBODY, '--month', MONTH, '{'],
    2,
    `This is no JSON: give one text in quotes. Example: '{"message":"hi"}'`,
  ],
  [['hold', '--user', NOBODY], 2, 'Say why, in at most 200 characters: --reason "case 2026-17".'],
  [
    ['hold', '--from', '2026-11-01', '--to', '2026-11-31', '--archive', '.', '--reason', 'x'],
    2,
    '--to 2026-11-31 is no day. Example: 2026-11-01',
  ],
  [
    ['hold', '--user', NOBODY, '--from', '2026-11-01', '--reason', 'x'],
    2,
    'Give a user or days, not both: --user, or --from, --to and --archive.',
  ],
  [['hold'], 2, 'Say whom or which days: --user UID, or --from DAY --to DAY --archive WHERE.'],
])(
  '%j ends with %i and says why',
  async (args, code, line) => {
    expect(await audit(...args)).toEqual([code, line]);
  },
  30_000,
);
