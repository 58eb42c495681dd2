import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FINDINGS } from '../../shared/audit/verify/findings.ts';
import { VERIFY_PARTS, type VerifyParts } from '../../shared/audit/verify/parts.ts';
import { flip } from './edit.ts';
import { verifyMap } from './read-archive.ts';
import { MUTATIONS, tryMutation, untouched } from './table.ts';

test('an untouched archive of some hundred records has nothing to find', async () => {
  const { archive, signer } = await untouched();
  const { verdict, exit, counts, findings, records, checked, trusted } = await verifyMap(archive, signer.vkey);
  expect({ verdict, exit, counts, findings, trusted }).toEqual({
    verdict: 'ok',
    exit: 0,
    counts: {},
    findings: [],
    trusted: null,
  });
  expect(records).toBe(590);
  expect(checked).toMatchObject({ seals: 227, minutes: 224, backfills: 3, rootsRecomputed: 227 });
  expect(checked.emptyMinutes).toBeGreaterThan(60);
});

/** At the first, a middle and the last place: `npm run audit:mutations`. */
describe('each mutation is found and named, at a place by chance', () => {
  test.each(MUTATIONS)('$name → $found', async (mutation) => {
    const [at = 0] = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), 1);
    const { report, named, finding } = await tryMutation(mutation, at);
    const exit = { broken: 1, incomplete: 2, notice: 0 }[FINDINGS[mutation.found].severity];
    expect({ at, named, found: Object.keys(report.counts), is: finding && { ...finding } }).toEqual({
      at,
      named,
      found: expect.arrayContaining([mutation.found]),
      is: expect.objectContaining({ ...named, code: mutation.found, says: expect.stringMatching(/\.$/) }),
    });
    // Another finding of the same change may be graver, never lighter.
    if (exit !== 0) expect([at, report.verdict]).not.toEqual([at, 'ok']);
    if (exit === 1) expect([at, report.exit]).toEqual([at, 1]);
  });
});

test('whatever bit of whatever object is another one, it is found, unless it changes nothing that is read', async () => {
  const { archive, signer } = await untouched();
  const keys = [...archive.keys()].sort();
  await fc.assert(
    fc.asyncProperty(fc.nat(keys.length - 1), fc.double({ min: 0, max: 0.999_999, noNaN: true }), async (at, share) => {
      const key = keys[at] ?? '';
      const body = archive.get(key) ?? new Uint8Array();
      const changed = flip(body, Math.floor(body.length * share));
      const report = await verifyMap(new Map(archive).set(key, changed), signer.vkey);
      // In the head of a gzip file there are bits that no reader looks at.
      if (key.endsWith('.gz') && sameText(body, changed)) return;
      expect([key, report.verdict]).toEqual([key, 'broken']);
    }),
    { numRuns: 30 },
  );
});

function sameText(a: Uint8Array, b: Uint8Array): boolean {
  try {
    return gunzipSync(a).equals(gunzipSync(b));
  } catch {
    return false;
  }
}

const nothing = () => undefined;
const later = async () => undefined;

/** A verifier without one of its parts, and the mutation that it then does not see. */
const BROKEN: ReadonlyArray<readonly [keyof VerifyParts, string, Partial<VerifyParts>]> = [
  ['checkPairs', 'a call ran without an intent', { checkPairs: () => ({ calls: 0, open: 0 }) }],
  ['checkFollows', 'a seal names another one before it, signed with the key', { checkFollows: nothing }],
  ['checkLateList', 'a backfill lists its records out of order, signed with the key', { checkLateList: nothing }],
  ['explain', 'a denied call becomes an allowed one', { explain: nothing }],
  ['checkTiles', 'a tile has another bit', { checkTiles: async () => 0 }],
  ['checkManifest', 'the manifest lists another hash', { checkManifest: nothing }],
  [
    'checkKnown',
    'the end of the log is cut off with everything that knows of it, but for a size that was kept',
    { checkKnown: later },
  ],
  ['checkClaimsAhead', 'the two newest seals are deleted, their lists stay', { checkClaimsAhead: async () => 0 }],
  ['checkTileNames', 'a tile of a size that the log never had', { checkTileNames: later }],
  ['checkEvidence', 'a change of the table was no record', { checkEvidence: later }],
];

describe('a verifier that leaves out a part', () => {
  test.each(BROKEN)('without %s does not see this: %s', async (_part, name, without) => {
    const mutation = MUTATIONS.find((one) => one.name === name);
    if (mutation === undefined) throw new Error(`there is no mutation ${name}`);
    const [whole, lacking] = [
      await tryMutation(mutation, 0.5),
      await tryMutation(mutation, 0.5, { ...VERIFY_PARTS, ...without }),
    ];
    expect([whole.finding?.code, lacking.finding?.code]).toEqual([mutation.found, undefined]);
  });
});

/** Of time, of a range, of a table and of a closed day: test/shared/audit/verify.test.ts, verify-belated.test.ts. */
const ELSEWHERE = [
  'record-not-archived-yet',
  'root-unchecked',
  'seal-belated',
  'table-changed',
  'table-extra',
  'table-missing',
];

test('every code is reached by a mutation, or is a question of time, of a range or of the table', () => {
  const reached = new Set<string>(MUTATIONS.map(({ found }) => found));
  const missing = Object.keys(FINDINGS).filter((code) => !reached.has(code));
  expect(missing.sort()).toEqual(ELSEWHERE);
});
