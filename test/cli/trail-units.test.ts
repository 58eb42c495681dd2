import { expect, test } from '@jest/globals';
import { trailUnits } from '../../cli/cost/trail-bill.ts';
import { countTrail, type TrailUnits } from '../support/trail-units.ts';

const DAY = Date.UTC(2026, 10, 24);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY_MS = 4000;

/** Names of what differs from the file by more than a twentieth. */
function off(counted: Readonly<Record<string, number>>, stated: Readonly<Record<string, number>>): readonly string[] {
  expect(Object.keys(counted).sort()).toEqual(Object.keys(stated).sort());
  return Object.entries(counted)
    .filter(([name, value]) => Math.abs(value / (stated[name] ?? 0) - 1) > 0.05)
    .map(([name, value]) => `${name} ${value}`);
}

test('a day without calls uses what the bill says', async () => {
  const { sweep, seal } = await countTrail(DAY, DAY + 24 * HOUR);
  const { readUnits: sealReadUnits, writeUnits: sealWriteUnits, signatures, puts, gets, archiveBytes } = seal;
  const counted = {
    sweepReadUnits: sweep.readUnits,
    sealReadUnits,
    sealWriteUnits,
    signatures,
    puts,
    gets,
    archiveBytes,
  };
  expect(off(counted, trailUnits.perDay)).toEqual([]);
}, 60_000);

test('so does a call, read again at the end of its hour and of its day', async () => {
  const [from, to] = [DAY + 22 * HOUR - MINUTE, DAY + 25 * HOUR + 5 * MINUTE];
  const until = from + 31 * MINUTE;
  const idle = await countTrail(from, to);
  const busy = await countTrail(from, to, { everyMs: EVERY_MS, until });
  const calls = Math.ceil((until - from) / EVERY_MS);
  const each = (name: keyof TrailUnits, part: 'sweep' | 'seal' | 'archive') =>
    (busy[part][name] - idle[part][name]) / calls;
  const counted = {
    sweepReadUnits: each('readUnits', 'sweep'),
    sealReadUnits: each('readUnits', 'seal'),
    archiveBytes: each('archiveBytes', 'seal') + each('archiveBytes', 'archive'),
  };
  expect(off(counted, trailUnits.perCall)).toEqual([]);
}, 60_000);

test('a minute puts each open tile of the tree again, and compares it', async () => {
  const from = DAY + 10 * HOUR + 5 * MINUTE;
  // 300 calls are 600 records: two levels are open.
  const calls = { everyMs: 1000, until: from + 5 * MINUTE };
  const short = (await countTrail(from, from + 20 * MINUTE, calls)).seal;
  const long = (await countTrail(from, from + 30 * MINUTE, calls)).seal;
  const puts = (long.puts - short.puts) / 10;
  expect([puts, (long.gets - short.gets) / 10]).toEqual([2 + 2, 1 + 2 * 2]);
}, 60_000);
