import { beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { type NoteKey, parseVkey } from '../../../shared/audit/log/note.ts';
import type { AuditRecord } from '../../../shared/audit/record.ts';
import type { VerifyOptions } from '../../../shared/audit/verify/options.ts';
import { checkProof } from '../../../shared/audit/verify/proof.ts';
import { proveCall } from '../../../shared/audit/verify/prove.ts';
import { verifyArchive } from '../../../shared/audit/verify/verify.ts';
import { canonicalJson } from '../../../shared/core/canonical-json.ts';
import { rewriteLines } from '../../support/archive-world.ts';
import { createMemoryObjects } from '../../support/objects.ts';
import { callAt, createSealWorld } from '../../support/sealing.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 24, 22, 30);
/** The 24th is closed since 01:00. */
const PUT_BACK = Date.UTC(2026, 10, 25, 1, 20);
const END = Date.UTC(2026, 10, 25, 2, 30);

const EVENING = [...callAt(START + 35 * MINUTE), ...callAt(START + 40 * MINUTE + 1)];
const LATE_EVENING = callAt(START + 5 * MINUTE + 1, 'denied');
/** From days before the first seal. */
const OLD = callAt(START - 4 * 24 * HOUR);
const BELATED = [...EVENING, ...LATE_EVENING, ...OLD];

type Files = Map<string, Uint8Array>;

let files: ReadonlyMap<string, Uint8Array>;
let key: NoteKey;
const records: AuditRecord[] = [];

beforeAll(async () => {
  const world = createSealWorld(START + MINUTE + 90_000);
  for (let at = START; at < END; at += MINUTE) {
    if (at % (10 * MINUTE) === 0) records.push(...callAt(at + 1000));
    if (at % (10 * MINUTE) === 0) await world.write(records.slice(-2));
    if (at === PUT_BACK) await world.write(BELATED);
    world.now = at + MINUTE + 90_000;
    await world.run();
  }
  files = new Map([...world.bucket.stored].map(([path, { body }]) => [path, body]));
  key = parseVkey(world.vkey);
});

function objectsOf(archive: ReadonlyMap<string, Uint8Array>) {
  const memory = createMemoryObjects();
  for (const [path, body] of archive) memory.stored.set(path, { body, metadata: {} });
  return memory.objects;
}

const verify = (archive: ReadonlyMap<string, Uint8Array>, more: Partial<VerifyOptions> = {}) =>
  verifyArchive({ objects: objectsOf(archive), key, archiveLagMs: 0, ...more });

const named = (end: string) => [...files.keys()].filter((path) => path.endsWith(end)).sort();
const objectOf = (sk: string) =>
  [...files.keys()].filter((path) => path.startsWith('records/')).find((path) => linesOf(path).includes(sk)) ?? '';
const bodyOf = (path: string) => files.get(path) ?? new Uint8Array();

function linesOf(path: string): string {
  let text = '';
  rewriteLines(bodyOf(path), (lines) => {
    text = lines.join('\n');
    return lines;
  });
  return text;
}

const without = (sk: string): Files =>
  new Map(files).set(
    objectOf(sk),
    rewriteLines(bodyOf(objectOf(sk)), (lines) => lines.filter((line) => !line.includes(sk))),
  );

/** What came back when its day was closed is in objects that the day's manifest does not list. */
const NOTICES = { 'seal-belated': 3, 'object-unlisted': 1 };

describe('records that came after their day was closed', () => {
  test('are verified under the seals that name them, and each of these seals is told', async () => {
    const report = await verify(files);
    const { verdict, exit, records: counted, size, counts, checked, findings } = report;
    const total = records.length + BELATED.length;
    expect({ verdict, exit, size, counts, backfills: checked.backfills }).toEqual({
      verdict: 'ok',
      exit: 0,
      size: total,
      counts: NOTICES,
      backfills: 3,
    });
    // Those of before the log are in it, and not of the time that it covers.
    expect(counted).toBe(total - OLD.length);
    expect(findings.filter(({ code }) => code === 'seal-belated').map(({ day, says }) => [day, says])).toEqual([
      [
        '2026-11-20',
        expect.stringMatching(/^Seal \d+ holds 2 records of 2026-11-20T22:00:00Z and the hour after it, written when/),
      ],
      ['2026-11-24', expect.stringMatching(/^Seal \d+ holds a record of 2026-11-24T22:00:00Z /)],
      ['2026-11-24', expect.stringMatching(/^Seal \d+ holds 4 records of 2026-11-24T23:00:00Z .* sealed 2026-11-25T/)],
    ]);
  });

  test('are verified when the range holds them, however much later the seal is, and not asked for otherwise', async () => {
    const range = { from: START + 30 * MINUTE, to: START + 60 * MINUTE };
    const { verdict, counts, checked, records: counted } = await verify(files, range);
    // Of calls every ten minutes three lie in the half hour.
    expect({ verdict, counted, backfills: checked.backfills }).toEqual({
      verdict: 'ok',
      counted: 6 + EVENING.length,
      backfills: 3,
    });
    expect(counts).toEqual(NOTICES);
    const before = await verify(files, { from: PUT_BACK - 30 * MINUTE, to: PUT_BACK - 20 * MINUTE });
    expect({ verdict: before.verdict, counts: before.counts }).toEqual({ verdict: 'ok', counts: {} });
    const after = await verify(files, { from: PUT_BACK });
    expect(after.verdict).toBe('ok');
  });

  test.each(BELATED.map((record, at) => [at, record] as const))('are each proven, number %i', async (_at, record) => {
    const proof = await proveCall({ objects: objectsOf(files), key, callId: record.callId });
    const own = BELATED.filter(({ callId }) => callId === record.callId);
    expect(checkProof(JSON.stringify(proof), key).map(({ record: proven }) => proven)).toEqual(own);
  });

  test.each(BELATED.map((record, at) => [at, record] as const))(
    'are missed when one is taken away, number %i, and named',
    async (_at, { sk }) => {
      const { verdict, findings } = await verify(without(sk));
      const found = findings.filter(({ severity }) => severity === 'broken').map(({ code, record }) => [code, record]);
      expect(verdict).toBe('broken');
      expect(found).toContainEqual(['record-missing', sk]);
    },
  );

  test('are named when one was changed', async () => {
    const [{ sk } = { sk: '' }] = EVENING;
    const path = objectOf(sk);
    const changed = rewriteLines(bodyOf(path), (lines) =>
      lines.map((line) => (line.includes(sk) ? line.replace('alice', 'mallo') : line)),
    );
    const { verdict, counts } = await verify(new Map(files).set(path, changed));
    expect({ verdict, counts }).toEqual({ verdict: 'broken', counts: { ...NOTICES, 'record-changed': 1 } });
  });

  test('are broken when the seal over them is taken away, or lies under the name of a regular one', async () => {
    const [seal = ''] = named('-of-2026-11-24.json');
    const gone: Files = new Map(files);
    gone.delete(seal);
    const renamed = new Map(gone).set(seal.replace(/-of-[\d-]+/, ''), bodyOf(seal));
    const [of, misplaced] = [await verify(gone), await verify(renamed)];
    expect(of.counts).toMatchObject({ 'seal-missing': 1, 'record-inserted': 1 });
    expect(misplaced.counts).toMatchObject({ 'seal-misplaced': 1, 'record-inserted': 1 });
    expect([of.exit, misplaced.exit]).toEqual([1, 1]);
  });

  test('that were changed in the table are told, also those of before the log', async () => {
    const [before] = OLD;
    const tampered = JSON.stringify({ event: 'audit.tamper_modify', sequence: '1', before, after: {} });
    const { exit, findings } = await verify(new Map(files).set('tamper/1-e.json', Buffer.from(tampered)));
    const found = findings.filter(({ severity }) => severity === 'broken').map(({ code, record }) => [code, record]);
    expect([exit, found]).toEqual([1, [['tamper-recorded', before?.sk]]]);
  });

  test('make no room for a record that only the archive has', async () => {
    const [intent] = callAt(START + 36 * MINUTE, 'denied');
    const path = 'records/dt=2026-11-24/0000000000000000000000000000000000009999-x.jsonl.gz';
    const { exit, findings } = await verify(new Map(files).set(path, gzipSync(`${canonicalJson(intent)}\n`)));
    expect(exit).toBe(1);
    expect(findings.filter(({ severity }) => severity === 'broken').map(({ code, record }) => [code, record])).toEqual([
      ['record-inserted', intent?.sk],
    ]);
  });
});
