import { beforeAll, describe, expect, test } from '@jest/globals';
import { parseVkey } from '../../../shared/audit/log/note.ts';
import type { VerifyOptions } from '../../../shared/audit/verify/options.ts';
import { checkProof } from '../../../shared/audit/verify/proof.ts';
import { proveCall } from '../../../shared/audit/verify/prove.ts';
import { verifyArchive } from '../../../shared/audit/verify/verify.ts';
import { canonicalJson } from '../../../shared/core/canonical-json.ts';
import { rehashed } from '../../audit-mutations/archive.ts';
import { type BuiltArchive, buildArchive, rewriteLines } from '../../support/archive-world.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { createMemoryObjects } from '../../support/objects.ts';
import { createTestSigner } from '../../support/sealing.ts';

const START = Date.UTC(2026, 10, 24, 22, 30);
const MINUTE = 60_000;
const MINUTES = 180;
type Files = Map<string, Uint8Array>;

let built: BuiltArchive;
beforeAll(async () => {
  built = await buildArchive(START, MINUTES, 3);
});

function objectsOf(files: ReadonlyMap<string, Uint8Array>) {
  const memory = createMemoryObjects();
  for (const [key, body] of files) memory.stored.set(key, { body, metadata: {} });
  return memory.objects;
}

const verify = (files: ReadonlyMap<string, Uint8Array>, more: Partial<VerifyOptions> = {}) =>
  verifyArchive({ objects: objectsOf(files), key: built.key, ...more });

const keysOf = (files: ReadonlyMap<string, Uint8Array>, prefix: string) =>
  [...files.keys()].filter((key) => key.startsWith(prefix)).sort();

/** Takes the first record of an object away. */
function withoutRecord(key: string): Files {
  const files: Files = new Map(built.files);
  return files.set(
    key,
    rewriteLines(files.get(key) ?? new Uint8Array(), ([, ...rest]) => rest),
  );
}

test('an archive as the functions of the trail left it has nothing to find', async () => {
  const report = await verify(built.files);
  expect({ ...report, newest: report.newest?.n, findings: report.findings }).toEqual({
    v: 1,
    verdict: 'ok',
    exit: 0,
    key: expect.stringContaining('gatehouse-audit/000000000000/local/Test+'),
    log: 'gatehouse-audit/000000000000/local/Test',
    range: { from: '2026-11-24T22:30:00Z', to: '2026-11-25T01:30:00Z' },
    trusted: null,
    newest: 180,
    records: built.records.length,
    size: built.records.length,
    root: expect.any(String),
    checked: {
      calls: 181,
      seals: 181,
      minutes: MINUTES,
      emptyMinutes: 120,
      backfills: 1,
      rootsRecomputed: 181,
      tiles: expect.any(Number),
      objects: expect.any(Number),
      manifests: 1,
    },
    openCalls: 0,
    waitingRecords: 0,
    counts: {},
    findings: [],
  });
});

describe('a range', () => {
  const from = Date.UTC(2026, 10, 25, 0, 15);

  test('is verified on the tree that was signed before it', async () => {
    const report = await verify(built.files, { from, to: from + 20 * MINUTE });
    expect(report).toMatchObject({
      verdict: 'ok',
      range: { from: '2026-11-25T00:15:00Z', to: '2026-11-25T00:35:00Z' },
      trusted: { n: 105, size: expect.any(Number), root: expect.any(String) },
      checked: { minutes: 20 },
      findings: [],
    });
  });

  test('does not begin without the tiles of the seal before it, and says what to do', async () => {
    const files: Files = new Map([...built.files].filter(([key]) => !key.startsWith('log/')));
    const { verdict, findings } = await verify(files, { from, to: from + 20 * MINUTE });
    expect([verdict, findings.find(({ code }) => code === 'root-unchecked')?.says]).toEqual([
      'incomplete',
      'The tiles of seal 105, before the range, do not lead to its root. Verify without --from.',
    ]);
  });

  test('that holds a record which came late reads on to the backfill that seals it', async () => {
    const late = START + 5 * MINUTE;
    const { verdict, checked } = await verify(built.files, { from: late, to: late + MINUTE });
    expect({ verdict, backfills: checked.backfills }).toEqual({ verdict: 'ok', backfills: 1 });
  });

  test('tells nothing of a change outside of it', async () => {
    const files = withoutRecord(keysOf(built.files, 'records/dt=2026-11-25/').at(-1) ?? '');
    expect((await verify(files, { from, to: from + 20 * MINUTE })).verdict).toBe('ok');
  });
});

describe('a record that is sealed and not in the archive', () => {
  const newest = () => keysOf(built.files, 'records/dt=2026-11-25/').at(-1) ?? '';

  test('may still be on its way within the hour: incomplete', async () => {
    const { verdict, exit, counts } = await verify(withoutRecord(newest()));
    expect({ verdict, exit, counts }).toEqual({
      verdict: 'incomplete',
      exit: 2,
      counts: { 'record-not-archived-yet': 1 },
    });
  });

  test('is missing after that: broken', async () => {
    const { verdict, exit, counts } = await verify(withoutRecord(newest()), { archiveLagMs: 1000 });
    expect({ verdict, exit, counts }).toEqual({ verdict: 'broken', exit: 1, counts: { 'record-missing': 1 } });
  });
});

test('a finding names the call, the seal, the minute, the place in the log and both hashes', async () => {
  const files: Files = new Map(built.files);
  const key = keysOf(files, 'records/dt=2026-11-25/')[3] ?? '';
  files.set(
    key,
    rewriteLines(files.get(key) ?? new Uint8Array(), ([line = '', ...rest]) => [
      canonicalJson(rehashed({ ...JSON.parse(line), subject: 'bob' })),
      ...rest,
    ]),
  );
  const { findings } = await verify(files);
  expect(findings).toEqual([
    {
      code: 'record-changed',
      severity: 'broken',
      object: key,
      seal: expect.any(Number),
      minute: expect.stringMatching(/^2026-11-25T\d\d:\d\d:00Z$/),
      leaf: expect.any(Number),
      callId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      record: expect.stringMatching(/^[0-9a-f-]{36}#\d$/),
      says: expect.stringMatching(/^Record \S+ is not the one that was sealed\.$/),
      expected: expect.stringMatching(/^[0-9a-f]{64}$/),
      actual: expect.stringMatching(/^[0-9a-f]{64}$/),
      todo: 'Compare the archive with another copy of it, and ask who could write there at that time.',
    },
  ]);
});

test.each([
  ['2026-11-31', 'x.jsonl.gz', 'broken', 'record-misplaced'],
  ['2026-02-29', 'x.jsonl.gz', 'broken', 'record-misplaced'],
  ['2026-13-01', 'x.jsonl.gz', 'broken', 'record-misplaced'],
  ['2026-11-31', 'x.txt', 'ok', 'object-unknown'],
  ['today', 'x.jsonl.gz', 'ok', 'object-unknown'],
] as const)(
  'what lies in the folder of the day %s as %s, where no reader looks, is found',
  async (day, name, verdict, code) => {
    const object = `records/dt=${day}/${name}`;
    const report = await verify(
      new Map(built.files).set(object, built.files.get(keysOf(built.files, 'records/')[0]!)!),
    );
    expect([report.verdict, report.counts, report.findings[0]?.object]).toEqual([verdict, { [code]: 1 }, object]);
  },
);

test('findings beyond the most that are kept are counted', async () => {
  const files: Files = new Map([...built.files].filter(([key]) => !key.startsWith('records/')));
  const { findings, counts } = await verify(files, { maxFindings: 5, archiveLagMs: 0 });
  expect([findings.length, counts['record-missing']]).toEqual([5, built.records.length]);
});

describe('the table', () => {
  async function against(change: (items: Map<string, Record<string, unknown>>) => void) {
    const { dynamo, items } = createMemoryTable();
    for (const record of built.records) items.set(`${record.pk} ${record.sk}`, record);
    change(items as unknown as Map<string, Record<string, unknown>>);
    const report = await verify(built.files, { table: { dynamo, table: 'audit', clock: () => START } });
    return { verdict: report.verdict, counts: report.counts };
  }

  test('that has what the archive has is told nothing of', async () => {
    expect(await against(() => undefined)).toEqual({ verdict: 'ok', counts: {} });
  });

  test('in which a record was changed, deleted or added is told', async () => {
    const changed = await against((items) => {
      const [first, second, third] = [...items.keys()];
      items.set(first ?? '', { ...items.get(first ?? ''), subject: 'mallory' });
      items.delete(second ?? '');
      const other = { ...items.get(third ?? '') };
      items.set('added', { ...other, sk: `${String(other['sk']).replace(/.{4}#/, '0000#')}` });
    });
    expect(changed).toEqual({
      verdict: 'broken',
      counts: { 'table-changed': 1, 'table-missing': 1, 'table-extra': 1 },
    });
  });

  test('may have let go of what has expired', async () => {
    const { dynamo } = createMemoryTable();
    const clock = () => 2_100_000_000_000;
    expect((await verify(built.files, { table: { dynamo, table: 'audit', clock } })).verdict).toBe('ok');
  });
});

describe('the proof of a call', () => {
  test('convinces with the pinned key alone, for every call of the archive, late ones too', async () => {
    const objects = objectsOf(built.files);
    const calls = [...new Set(built.records.map(({ callId }) => callId))];
    for (const callId of calls.filter((_, at) => at % 7 === 0 || at === 32)) {
      const proof = await proveCall({ objects, key: built.key, callId });
      const own = built.records.filter((record) => record.callId === callId);
      expect(checkProof(JSON.stringify(proof), built.key).map(({ record }) => record)).toEqual(own);
    }
  });

  test('is the same from the lists of the seals when there are no tiles', async () => {
    const callId = built.records.at(-1)?.callId ?? '';
    const files = new Map([...built.files].filter(([key]) => !key.startsWith('log/')));
    const [tiled, listed] = [objectsOf(built.files), objectsOf(files)];
    expect(await proveCall({ objects: listed, key: built.key, callId })).toEqual(
      await proveCall({ objects: tiled, key: built.key, callId }),
    );
  });

  test('is not made of a record that was changed', async () => {
    const files: Files = new Map(built.files);
    const key = keysOf(files, 'records/')[0] ?? '';
    const [record] = built.records;
    files.set(
      key,
      rewriteLines(files.get(key) ?? new Uint8Array(), (lines) =>
        lines.map((line) => (line.includes(record?.sk ?? '') ? line.replace('alice', 'mallo') : line)),
      ),
    );
    const made = proveCall({ objects: objectsOf(files), key: built.key, callId: record?.callId ?? '' });
    await expect(made).rejects.toThrow(/^No seal covers record /);
  });

  test.each<[string, RegExp, (proof: ReturnType<typeof JSON.parse>) => void]>([
    [
      'a record that was changed',
      /does not have the hash that it states/,
      (proof) => Object.assign(proof.records[0].record, { subject: 'bob' }),
    ],
    ['another place', /does not lead to the signed root/, (proof) => proof.records[0].index++],
    ['a path that was changed', /does not lead to the signed root/, (proof) => proof.records[0].path.reverse()],
    ['a path that is too short', /does not lead to the signed root/, (proof) => proof.records[0].path.pop()],
    ['another call', /is of another call/, (proof) => Object.assign(proof, { callId: 'x' })],
    [
      'a checkpoint that was changed',
      /is not signed by the pinned key: the signature does not match the text/,
      (proof) => Object.assign(proof.records[0], { note: proof.records[0].note.replace(/\/v1 \d/, '/v1 9') }),
    ],
    ['no record', /no records/, (proof) => Object.assign(proof, { records: [] })],
    ['a path that is none', /is no proof/, (proof) => Object.assign(proof.records[0], { path: ['x'] })],
    ['something else', /no proof of version 1/, (proof) => Object.assign(proof, { v: 2 })],
  ])('with %s convinces nobody', async (_name, reason, change) => {
    const callId = built.records.at(-1)?.callId ?? '';
    const proof = JSON.parse(
      JSON.stringify(await proveCall({ objects: objectsOf(built.files), key: built.key, callId })),
    );
    change(proof);
    expect(() => checkProof(JSON.stringify(proof), built.key)).toThrow(reason);
  });

  test('by another key convinces nobody', async () => {
    const callId = built.records.at(-1)?.callId ?? '';
    const proof = await proveCall({ objects: objectsOf(built.files), key: built.key, callId });
    expect(() => checkProof(JSON.stringify(proof), parseVkey(createTestSigner().vkey))).toThrow(/has no signature by/);
  });
});
