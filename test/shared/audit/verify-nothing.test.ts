import { beforeAll, describe, expect, test } from '@jest/globals';
import type { VerifyOptions } from '../../../shared/audit/verify/options.ts';
import { verifyArchive } from '../../../shared/audit/verify/verify.ts';
import { type BuiltArchive, buildArchive } from '../../support/archive-world.ts';
import { createMemoryObjects } from '../../support/objects.ts';

const START = Date.UTC(2026, 10, 25, 8, 0);
const MINUTE = 60_000;

let built: BuiltArchive;
beforeAll(async () => {
  built = await buildArchive(START, 12, 3);
});

/** Of an archive without the seals of these numbers. */
async function verify(range: Pick<VerifyOptions, 'from' | 'to'>, without: readonly number[] = []) {
  const { objects, stored } = createMemoryObjects();
  const isLost = (key: string) => without.some((n) => key.endsWith(`/${String(n).padStart(12, '0')}.json`));
  for (const [key, body] of built.files) if (!isLost(key)) stored.set(key, { body, metadata: {} });
  const { verdict, exit, range: verified, findings } = await verifyArchive({ objects, key: built.key, ...range });
  return { verdict, exit, verified, says: findings.map(({ code, says }) => `${code}: ${says}`) };
}

describe('a verification that had nothing to verify is incomplete', () => {
  test.each<readonly [string, number | undefined, number | undefined, string]>([
    [
      'after the newest seal',
      12,
      undefined,
      'log-ends-early: The log is sealed up to 2026-11-25T08:12:00Z; asked was from 2026-11-25T08:12:00Z on.',
    ],
    [
      'after the newest seal, up to a time',
      20,
      30,
      'log-ends-early: The log is sealed up to 2026-11-25T08:12:00Z; asked was up to 2026-11-25T08:30:00Z.',
    ],
    ['before the log begins', -9, -3, 'no-seals: The archive has no seal of the time asked for: nothing is verified.'],
    ['that is empty', 5, 5, 'no-seals: The archive has no seal of the time asked for: nothing is verified.'],
  ])('for a range %s', async (_name, from, to, says) => {
    const at = (minutes?: number) => (minutes === undefined ? undefined : START + minutes * MINUTE);
    expect(await verify({ from: at(from), to: at(to) })).toEqual({
      verdict: 'incomplete',
      exit: 2,
      verified: null,
      says: [says],
    });
  });
});

test.each([
  ['all', 5, 8],
  ['the end', 2, 6],
])('seals that were cut out at %s of the range are missing', async (_name, from, to) => {
  const report = await verify({ from: START + from * MINUTE, to: START + to * MINUTE }, [4, 5, 6, 7, 8, 9]);
  expect([report.verdict, report.says.filter((text) => text.startsWith('seal-missing'))]).toEqual([
    'broken',
    ['seal-missing: Seals 4 to 9 are missing.'],
  ]);
});

test('the newest minute alone is verified', async () => {
  expect(await verify({ from: START + 11 * MINUTE })).toMatchObject({ verdict: 'ok', says: [] });
});
