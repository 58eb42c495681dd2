import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findFreePort } from '../../cli/dev/network.ts';
import { type DevState, removeState, writeState } from '../../cli/dev/state-file.ts';
import { projectRoot } from '../../infra/project.ts';
import { formatVkey } from '../../shared/audit/log/note.ts';
import { buildArchive, rewriteLines } from '../support/archive-world.ts';
import { createTestSigner } from '../support/sealing.ts';

const execute = promisify(execFile);
const work = mkdtempSync(join(tmpdir(), 'gatehouse-verify-'));
const [good, bad] = [join(work, 'good'), join(work, 'bad')];
let key = '';
let call = '';

beforeAll(async () => {
  const built = await buildArchive(Date.UTC(2026, 10, 25, 8, 0), 12, 3);
  key = formatVkey(built.key.name, built.key.publicKey);
  call = String(built.records[0]?.['callId']);
  for (const directory of [good, bad]) {
    for (const [path, body] of built.files) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, body);
    }
  }
  const day = join(bad, 'records/dt=2026-11-25');
  const file = join(day, readdirSync(day).sort()[0] ?? '');
  writeFileSync(
    file,
    rewriteLines(readFileSync(file), ([, ...rest]) => rest),
  );
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function audit(...args: string[]) {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '' };
  const result = execute(process.execPath, ['cli/gatehouse.mjs', 'audit', ...args], { cwd: projectRoot, env });
  return result.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

test('verify ends with 0 and a summary for an archive as it was sealed', async () => {
  const { code, stdout, stderr } = await audit('verify', '--archive', good, '--key', key);
  expect({ code, stderr, stdout: stdout.replace(/key [0-9a-f]{8}/, 'key …') }).toEqual({
    code: 0,
    stderr: '',
    stdout: `Log        gatehouse-audit/000000000000/local/Test, key …
Range      2026-11-25T08:00:00Z to 2026-11-25T08:12:00Z
Start      recomputed from the first entry of the log
Newest     seal 11, 20 entries, sealed up to 2026-11-25T08:12:00Z
Records    20 records of 12 calls and events in 4 objects
Seals      12 seals: 12 minutes (8 empty), 0 backfills
Tree       12 of 12 roots recomputed, 4 tiles compared
Manifests  0
Not ended  0 calls running, 0 records of minutes not sealed yet

OK. Every record, seal and root is what was signed, and nothing is missing in this range.
`,
  });
});

test('verify ends with 1 and names what is broken, also as JSON', async () => {
  const [text, json] = [
    await audit('verify', '--archive', bad, '--key', key, '--lag', '0m'),
    await audit('verify', '--archive', bad, '--key', key, '--lag', '0m', '--json'),
  ];
  expect([text.code, json.code]).toEqual([1, 1]);
  expect(text.stdout).toMatch(/^BROKEN {5}record-missing: Record \S+#0 was sealed and is not in the archive\.$/m);
  expect(text.stdout).toMatch(/^ {2}where {6}seal 0, 2026-11-25T08:00:00Z, entry 0, call \S+$/m);
  expect(text.stdout).toMatch(/BROKEN\. What the archive holds is not what was signed.*\n$/);
  const report = JSON.parse(json.stdout) as { verdict: string; exit: number; counts: object };
  expect([report.verdict, report.exit, report.counts]).toEqual(['broken', 1, { 'record-missing': 1 }]);
});

test('an archive that is named goes before that of the dev gateway, whose key it keeps', async () => {
  const port = await findFreePort();
  writeState({ port, pid: process.pid, archive: bad, auditKey: key } as unknown as DevState);
  const local = ['--local', '--port', String(port)];
  try {
    const results = [
      await audit('verify', ...local, '--lag', '0m'),
      await audit('verify', ...local, '--lag', '0m', '--archive', good),
      await audit('prove', call, ...local, '--archive', work),
    ];
    expect(results.map(({ code }) => code)).toEqual([1, 0, 1]);
  } finally {
    removeState(port);
  }
});

test('verify ends with 1 when the log is shorter than the auditor knows', async () => {
  const { code, stdout } = await audit('verify', '--archive', good, '--key', key, '--expect-size', '21');
  expect([code, stdout]).toEqual([
    1,
    expect.stringContaining('log-truncated: The log was known to have 21 entries; it ends with 20.'),
  ]);
});

test('verify ends with 2 when the log does not reach the time asked for, and when there is nothing to read', async () => {
  const short = await audit('verify', '--archive', good, '--key', key, '--to', '2026-11-25T09:00:00Z');
  const empty = await audit('verify', '--archive', work, '--key', key);
  expect([short.code, empty.code]).toEqual([2, 2]);
  expect(short.stdout).toContain('INCOMPLETE log-ends-early: The log is sealed up to 2026-11-25T08:12:00Z;');
  expect(empty.stdout).toContain('INCOMPLETE no-seals: ');
});

test.each([
  ['no key', ['--archive', '.'], 'Say which key you trust: --key or --key-file.'],
  ['a key that is none', ['--archive', '.', '--key', 'x'], 'The key cannot be used: no verifier key'],
  ['no archive', ['--key', 'x'], 'Say where the archive is: --archive DIR'],
  ['a bucket that is none', ['--archive', 's3://', '--key', 'x'], '--archive s3:// names no bucket.'],
  [
    'a time that is none',
    ['--archive', '.', '--key', () => key, '--from', 'yesterday'],
    '--from yesterday is no time.',
  ],
  [
    'a time without a zone',
    ['--archive', '.', '--key', () => key, '--to', '2026-11-25T08:00'],
    '--to 2026-11-25T08:00 has no zone.',
  ],
  ['a lag that is a time', ['--archive', '.', '--key', () => key, '--lag', 'now'], '--lag now is no span of time.'],
  ['no folder', ['--archive', 'nowhere', '--key', () => key], 'There is no folder nowhere.'],
  [
    'a size that is none',
    ['--archive', '.', '--key', () => key, '--expect-size', 'x'],
    '--expect-size x is no number of entries.',
  ],
] as ReadonlyArray<readonly [string, ReadonlyArray<string | (() => string)>, string]>)(
  'verify with %s says what to do',
  async (_name, args, sentence) => {
    const given = args.map((one) => (typeof one === 'string' ? one : one()));
    const { code, stderr } = await audit('verify', ...given);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  },
);

test('a proof that is handed on convinces with the key alone, and another key does not open it', async () => {
  const file = join(work, 'proof.json');
  expect(await audit('prove', call, '--archive', good, '--out', file)).toEqual({ code: 0, stdout: '', stderr: '' });
  const { code, stdout } = await audit('check-proof', file, '--key', key);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /^Record \S+#0: number 0 of 5, sealed 2026-11-25T08:02:30.000Z in seal 0\n {4}tool "echo", subject "alice", decision "allowed"\nRecord \S+#1: number 1 of 5, .*\n.*\nOK: in the log gatehouse-audit\/000000000000\/local\/Test\.\n\nProven\n/,
    ),
  ]);
  const other = await audit('check-proof', file, '--key', createTestSigner().vkey);
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('has no signature by')]);
  const asJson = await audit('check-proof', file, '--key', createTestSigner().vkey, '--json');
  expect([asJson.code, JSON.parse(asJson.stdout)]).toEqual([
    1,
    { proven: false, why: expect.stringContaining('has no signature by') },
  ]);
});

test('a file that cannot be read is named, and is another answer than a bad verdict', async () => {
  const results = [
    await audit('verify', '--archive', good, '--key', key, '--expect-note', 'nowhere.note'),
    await audit('verify', '--archive', good, '--key-file', 'nowhere.key'),
    await audit('check-proof', 'nowhere.json', '--key', key),
    await audit('check-proof', '.', '--key', key),
  ];
  expect(results.map(({ code, stderr }) => [code, stderr])).toEqual([
    [2, '--expect-note nowhere.note cannot be read: there is no such file.\n'],
    [2, '--key-file nowhere.key cannot be read: there is no such file.\n'],
    [2, 'The proof nowhere.json cannot be read: there is no such file.\n'],
    [2, 'The proof . cannot be read: it is a folder.\n'],
  ]);
});

test('prove says what is missing for a call that is not there, and what an id looks like', async () => {
  const unknown = await audit('prove', '019ab845-6a00-7abc-8def-0123456789ab', '--archive', good);
  const wrong = await audit('prove', 'yesterday', '--archive', good);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('The archive has no call 019ab845')]);
  const [none, two] = [await audit('prove', '--archive', good), await audit('prove', 'a', 'b', '--archive', good)];
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('yesterday is no id of a call.')]);
  expect(none.stderr).toContain('Say which call, by its id.');
  expect(two.stderr).toContain('One call at a time: b is too much.');
});
