import { beforeAll, describe, expect, test } from '@jest/globals';
import { hasDays, holdDays } from '../../../shared/audit/hold-days.ts';
import { claimPath } from '../../../shared/audit/log/claim-object.ts';
import { formatSeal, type Seal, sealPath } from '../../../shared/audit/log/seal.ts';
import { createMemoryObjects } from '../../support/objects.ts';
import { callAt, createSealWorld } from '../../support/sealing.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

test('days under legal hold are their records, manifests, seals and lists, also of seals that were made when the day was closed', async () => {
  const keys = [
    'claims/000000000003.gz',
    'claims/000000000005.gz',
    'log/tile/0/000',
    'manifests/2026/11/02.json',
    'records/dt=2026-11-01/a.jsonl.gz',
    'records/dt=2026-11-02/b.jsonl.gz',
    'records/dt=2026-11-03/c.jsonl.gz',
    'seals/2026/11/01/000000000001.json',
    'seals/2026/11/02/000000000002-of-2026-11-01.json',
    'seals/2026/11/09/000000000003-of-2026-11-02.json',
    'seals/2026/11/09/000000000004-of-2026-11-03.json',
    'seals/2026/11/09/000000000005.json',
    'seals/2026/13/45/000000000006.json',
    'seals/readme.txt',
    // No hold can be put on such a name.
    'records/dt=2026-11-01/a b.jsonl.gz',
  ];
  const { objects, stored, held } = createMemoryObjects();
  for (const key of keys) stored.set(key, { body: new Uint8Array(), metadata: {} });
  const day = (number: number) => Date.UTC(2026, 10, number, 12);
  const expected = [0, 3, 4, 5, 7, 8, 9].map((at) => keys[at]);
  expect([await holdDays(objects, day(1), day(2), true), [...held].sort()]).toEqual([7, expected]);
});

describe('around a midnight', () => {
  const day = Date.UTC(2026, 10, 25);
  let world: ReturnType<typeof createSealWorld>;
  let seals: readonly Seal[];

  /** From 23:00 to 01:10 a call a minute up to midnight; one that came late is sealed by a backfill after midnight. */
  beforeAll(async () => {
    const start = day - 60 * MINUTE;
    world = createSealWorld(start + MINUTE + 90_000);
    for (let at = start; at < day + 70 * MINUTE; at += MINUTE) {
      if (at < day) await world.write(callAt(at + 1000));
      if (at === day + 20 * MINUTE) await world.write(callAt(start + 5 * MINUTE));
      world.now = at + MINUTE + 90_000;
      await world.run();
    }
    seals = world.seals();
  });

  const sealsOf = (start: number) => seals.filter(({ from }) => from >= start && from < start + DAY);
  const keysOf = (start: number) => sealsOf(start).flatMap((seal) => [sealPath(seal), claimPath(seal.n)]);
  const heldSeals = () => [...world.bucket.held].filter((key) => /^(seals|claims)\//.test(key)).sort();

  test('the seals of a day are held that lie in the folder of the next one, and no other of that', async () => {
    const kinds = (list: readonly Seal[]) => [...new Set(list.map(({ kind }) => kind))].sort();
    const afterwards = sealsOf(day - DAY).filter((seal) => sealPath(seal).startsWith('seals/2026/11/25/'));
    expect(kinds(afterwards)).toEqual(['backfill', 'minute']);
    await holdDays(world.bucket.objects, day - DAY, day - DAY, true);
    expect(heldSeals()).toEqual(keysOf(day - DAY).sort());
  });

  test('a day of which only the night before lies in its folder has nothing to hold', async () => {
    const { objects, stored } = createMemoryObjects();
    for (const seal of sealsOf(day - DAY))
      stored.set(sealPath(seal), { body: Buffer.from(formatSeal(seal)), metadata: {} });
    expect(await Promise.all([day - DAY, day, day + DAY].map((ms) => hasDays(objects, ms, ms)))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a day that is released releases nothing of the day before', async () => {
    await holdDays(world.bucket.objects, day - DAY, day, true);
    await holdDays(world.bucket.objects, day, day, false);
    expect(heldSeals()).toEqual(keysOf(day - DAY).sort());
  });
});
