import { describe, expect, test } from '@jest/globals';
import { formatClaimObject, parseClaimObject } from '../../shared/audit/log/claim-object.ts';
import { createFrontier } from '../../shared/audit/log/merkle.ts';
import { timePrefix } from '../../shared/audit/log/order.ts';
import { type Claim, checkpointText, readCheckpointText, type Seal } from '../../shared/audit/log/seal.ts';
import { createEdge } from '../../shared/audit/log/tiles.ts';
import { type AuditRecord, leafHash as hashOfRecord } from '../../shared/audit/record.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import { callAt, createSealWorld, LOG_NAME } from '../support/sealing.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Of a day; seals begin with the minute before the last one that is over for 90 seconds. */
const T = Date.UTC(2026, 10, 25, 10, 0);
const FIRST_RUN = T + MINUTE + 90_000;

type World = ReturnType<typeof createSealWorld>;

async function runUntil(world: World, end: number): Promise<void> {
  for (; world.now <= end; world.now += MINUTE) await world.run();
}

/** The whole log by the naive definition: all records that a seal covers, in the order that the seals give. */
function rootOver(records: readonly AuditRecord[]): string {
  const frontier = createFrontier();
  for (const record of records) frontier.append(Buffer.from(hashOfRecord(record), 'hex'));
  return frontier.root().toString('base64');
}

const bySk = (records: readonly AuditRecord[]) => [...records].sort((a, b) => (a.sk < b.sk ? -1 : 1));
const shapeOf = (world: World) =>
  world.seals().map(({ n, kind, from, to, first, count, size }) => ({ n, kind, from, to, first, count, size }));
const alarms = (world: World) => world.lines.filter(({ level }) => level === 'error');

test('Each minute becomes a seal over its records in the order of their keys, empty minutes too', async () => {
  const world = createSealWorld(FIRST_RUN);
  const first = [...callAt(T + 1), ...callAt(T + 30_000, 'denied'), ...callAt(T + 59_999, 'open')];
  const third = callAt(T + 2 * MINUTE);
  for (const record of [...first, ...third]) world.put(record);
  await runUntil(world, FIRST_RUN + 2 * MINUTE);
  const [one, two, three] = world.seals();
  expect(world.seals()).toHaveLength(3);
  expect(one).toMatchObject({
    v: 1,
    origin: LOG_NAME,
    n: 0,
    kind: 'minute',
    from: T,
    to: T + MINUTE,
    through: T + MINUTE,
    first: 0,
    count: 4,
    size: 4,
    root: rootOver(bySk(first)),
    counts: { intent: 2, outcome: 1, denial: 1, event: 0, unknown: 0, open: 1 },
    sealedAt: FIRST_RUN,
    previous: null,
  });
  expect(two).toMatchObject({ n: 1, from: T + MINUTE, count: 0, size: 4, root: one?.root });
  expect(three).toMatchObject({ n: 2, count: 2, size: 6, root: rootOver([...bySk(first), ...bySk(third)]) });
  expect(alarms(world)).toEqual([]);
});

test('A minute is left alone until it has been over for 90 seconds', async () => {
  const world = createSealWorld(FIRST_RUN);
  await world.run();
  world.now += MINUTE - 1;
  await world.run();
  expect(shapeOf(world).map(({ to }) => to)).toEqual([T + MINUTE]);
  world.now += 1;
  await world.run();
  expect(shapeOf(world).map(({ to }) => to)).toEqual([T + MINUTE, T + 2 * MINUTE]);
});

test('A sealer that was away catches up minute by minute, a bounded number in a run, and says that it is behind', async () => {
  const world = createSealWorld(FIRST_RUN);
  await world.run();
  world.now += 200 * MINUTE;
  await world.run();
  expect(world.seals()).toHaveLength(121);
  expect(alarms(world)).toEqual([
    { level: 'error', event: 'audit.seal_behind', behindMs: expect.any(Number), alarm: true },
  ]);
  await world.run();
  expect(world.seals()).toHaveLength(201);
});

test('More records than fit in a tile leave the full tiles and those of every size that was signed', async () => {
  const world = createSealWorld(FIRST_RUN);
  const records = Array.from({ length: 150 }, (_, i) => callAt(T + i)).flat();
  for (const record of records) world.put(record);
  const more = callAt(T + MINUTE);
  for (const record of more) world.put(record);
  await runUntil(world, FIRST_RUN + MINUTE);
  expect(world.seals().at(-1)).toMatchObject({ size: 302, root: rootOver([...bySk(records), ...bySk(more)]) });
  expect([...world.bucket.stored.keys()].filter((path) => path.startsWith('log/')).sort()).toEqual([
    'log/tile/0/000',
    'log/tile/0/001.p/44',
    'log/tile/0/001.p/46',
    'log/tile/1/000.p/1',
  ]);
});

describe('What came after its minute was sealed', () => {
  test('is sealed as late after the next full hour, once', async () => {
    const world = createSealWorld(FIRST_RUN);
    await world.run();
    const late = callAt(T + 10);
    for (const record of late) world.put(record);
    await runUntil(world, T + 2 * HOUR + 3 * MINUTE);
    const backfills = world.seals().filter(({ kind }) => kind === 'backfill');
    expect(backfills).toHaveLength(1);
    expect(backfills[0]).toMatchObject({
      from: T,
      to: T + HOUR,
      through: T + 2 * HOUR,
      first: 0,
      count: 2,
      size: 2,
      late: bySk(late).map(({ sk }) => sk),
      root: rootOver(bySk(late)),
    });
    expect(world.lines.filter(({ event }) => event === 'audit.late')).toHaveLength(1);
    expect(alarms(world)).toEqual([]);
  });

  test('by many hours is sealed at 01:00 of the next day, before that day has its manifest', async () => {
    const world = createSealWorld(FIRST_RUN);
    await runUntil(world, T + 5 * HOUR);
    for (const record of callAt(T + 10)) world.put(record);
    const one = Date.UTC(2026, 10, 26, 1, 0);
    await runUntil(world, one + 5 * MINUTE);
    const backfills = world.seals().filter(({ kind }) => kind === 'backfill');
    expect(backfills.map(({ from, to, through, count }) => ({ from, to, through, count }))).toEqual([
      { from: T, to: T + HOUR, through: one, count: 2 },
    ]);
    const manifest = JSON.parse(
      Buffer.from(world.bucket.stored.get('manifests/2026/11/25.json')?.body ?? []).toString(),
    );
    expect(manifest).toMatchObject({ v: 1, day: '2026-11-25', n: backfills[0]?.n, size: 2, objects: [] });
    expect(alarms(world)).toEqual([]);
  });
});

test('A day that takes longer than a run to read again is read by several, and then has its manifest', async () => {
  const one = Date.UTC(2026, 10, 26, 1, 0);
  const world = createSealWorld(one - 20 * MINUTE);
  await runUntil(world, one + 20_000);
  const late = [0, 7, 23].map((hour) => callAt(one - HOUR - DAY + hour * HOUR + 5));
  for (const records of late) for (const record of records) world.put(record);
  const slow: Dynamo = {
    ...world.dynamo,
    query: async (...args) => {
      if (args[0] === 'audit') world.now += 30;
      return world.dynamo.query(...args);
    },
  };
  const sealer = world.sealer({ dynamo: slow });
  const hasManifest = () => world.bucket.stored.has('manifests/2026/11/25.json');
  const runs: boolean[] = [];
  for (; !hasManifest() && runs.length < 20; world.now += MINUTE) {
    await sealer();
    runs.push(hasManifest());
  }
  expect(runs.length).toBeGreaterThan(3);
  expect(runs.at(-1)).toBe(true);
  const backfills = world.seals().filter(({ kind }) => kind === 'backfill');
  expect(backfills.map(({ from, to, through, count }) => [from, to, through, count])).toEqual(
    [0, 7, 23].map((hour) => [one - HOUR - DAY + hour * HOUR, one - DAY + hour * HOUR, one, 2]),
  );
  await runUntil(world, world.now + 2 * MINUTE);
  const minutes = world.seals().filter(({ kind }) => kind === 'minute');
  expect(minutes.map(({ from }) => from)).toEqual(minutes.map((_, at) => (minutes[0]?.from ?? 0) + at * MINUTE));
  expect(minutes.at(-1)?.to).toBeGreaterThan(one + 5 * MINUTE);
});

/** Half past eleven in the evening, and the day before is closed soon. */
const EVENING = Date.UTC(2026, 10, 25, 23, 30);
const CLOSED = Date.UTC(2026, 10, 26, 1, 0);

async function afterMidnight(first: readonly AuditRecord[] = [], begin = EVENING): Promise<World> {
  const world = createSealWorld(begin + MINUTE + 90_000);
  await world.write(first);
  await runUntil(world, CLOSED + 5 * MINUTE);
  return world;
}

const marksOf = (world: World) => [...world.items.keys()].filter((key) => key.startsWith('BELATED'));
const backfillsOf = (world: World) => world.seals().filter(({ kind }) => kind === 'backfill');
/** Every entry of the log by its sort key, in order. */
const entriesOf = (world: World) =>
  [...world.bucket.stored]
    .filter(([key]) => key.startsWith('claims/'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { body }]) => parseClaimObject(body).entries.map(({ sk }) => sk));

describe('What came after its day was closed', () => {
  test('is sealed in the next run, as a backfill that has the day in its name, once', async () => {
    const world = await afterMidnight(callAt(EVENING + 1));
    const late = [...callAt(EVENING + 2), ...callAt(EVENING + 40 * MINUTE, 'denied')];
    await world.write(late);
    await runUntil(world, CLOSED + 70 * MINUTE);
    const [first, second, ...more] = backfillsOf(world);
    const midnight = CLOSED - HOUR;
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      from: midnight - HOUR,
      to: midnight,
      through: CLOSED + 4 * MINUTE,
      count: 2,
      late: bySk(late.slice(0, 2)).map(({ sk }) => sk),
    });
    // Its own day is not closed: the next full hour finds it.
    expect(second).toMatchObject({ from: midnight, to: midnight + HOUR, through: CLOSED + HOUR, count: 1 });
    expect([...world.bucket.stored.keys()].filter((key) => key.includes('-of-'))).toEqual([
      `seals/2026/11/26/${String(first?.n).padStart(12, '0')}-of-2026-11-25.json`,
    ]);
    expect(marksOf(world)).toEqual([]);
    expect(alarms(world)).toEqual([]);
  });

  test('is sealed also when it is from before the log began, and when it comes again and again', async () => {
    const world = await afterMidnight();
    const old = EVENING - 30 * DAY;
    const calls = [0, 1, 2].map((at) => callAt(old + at * MINUTE));
    for (const late of calls) {
      await world.write(late);
      await world.run();
      world.now += MINUTE;
    }
    expect(backfillsOf(world).map(({ count, from }) => [count, from])).toEqual(
      calls.map(() => [2, Math.floor(old / HOUR) * HOUR]),
    );
    expect(entriesOf(world)).toEqual(calls.flatMap(bySk).map(({ sk }) => sk));
  });

  test('waits while the log itself is behind: then the whole day is read anyway', async () => {
    const world = createSealWorld(EVENING + MINUTE + 90_000);
    await world.run();
    const late = callAt(EVENING + 1);
    world.now = CLOSED + 25 * MINUTE;
    await world.write(late);
    expect(marksOf(world)).toHaveLength(1);
    await runUntil(world, world.now + 3 * MINUTE);
    expect(backfillsOf(world).map(({ through, count }) => [through, count])).toEqual([[CLOSED, 2]]);
    expect(marksOf(world)).toEqual([]);
  });

  test('is not left out when it comes while its hour is being read again', async () => {
    const world = await afterMidnight();
    const [one, other] = [callAt(EVENING + 1), callAt(EVENING + 2)];
    await world.write(one);
    const { dynamo } = world;
    let isWritten = false;
    const slow: Dynamo = {
      ...dynamo,
      delete: async (...args) => {
        if (!isWritten) await world.write(other);
        isWritten = true;
        return dynamo.delete(...args);
      },
    };
    await world.sealer({ dynamo: slow })();
    expect(marksOf(world)).toHaveLength(1);
    await world.run();
    expect(entriesOf(world)).toEqual([...bySk(one), ...bySk(other)].map(({ sk }) => sk));
    expect(marksOf(world)).toEqual([]);
  });

  test('says nothing of records that the table has let go meanwhile, and alarms for one that was changed', async () => {
    const [gone, changed] = [callAt(EVENING + 1, 'denied'), callAt(EVENING + 2, 'denied')].flat();
    const world = await afterMidnight([gone, changed] as AuditRecord[]);
    world.items.delete(`${gone?.pk} ${gone?.sk}`);
    const other = { ...changed, subject: 'bob' } as unknown as AuditRecord;
    world.put({ ...other, hash: hashOfRecord(other) });
    await world.write(callAt(EVENING + 3));
    await world.run();
    expect(alarms(world)).toEqual(
      // Each time that the hour is read: before the backfill and after it.
      [1, 2].map(() => ({ level: 'error', event: 'audit.sealed_record_changed', record: changed?.sk, alarm: true })),
    );
  });

  test('is sealed once when the sealer is killed at any write, before or after its effect', async () => {
    let kills = 0;
    for (const isDone of [false, true]) {
      for (let at = 1; ; at++) {
        const world = await afterMidnight([], CLOSED - 5 * MINUTE);
        const late = [...callAt(EVENING + 1), ...callAt(EVENING - 3 * DAY)];
        await world.write(late);
        const kill = killedAt(world, at, isDone, { reads: false });
        const run = world.sealer(kill)();
        const finished = await Promise.race([run.then(() => true), kill.died.then(() => false)]);
        if (finished) break;
        kills++;
        await world.run();
        await world.run();
        expect([at, isDone, entriesOf(world).sort()]).toEqual([at, isDone, late.map(({ sk }) => sk).sort()]);
        expect(marksOf(world)).toEqual([]);
      }
    }
    expect(kills).toBeGreaterThan(25);
  });
});

describe('When the hour is read again', () => {
  const upTo = T + 2 * HOUR + 3 * MINUTE;

  test('a sealed record that is gone raises an alarm that names it', async () => {
    const world = createSealWorld(FIRST_RUN);
    const [intent, outcome] = callAt(T + 10);
    for (const record of [intent, outcome]) if (record) world.put(record);
    await world.run();
    world.items.delete(`${outcome?.pk} ${outcome?.sk}`);
    await runUntil(world, upTo);
    expect(alarms(world)).toContainEqual({
      level: 'error',
      event: 'audit.sealed_record_missing',
      record: outcome?.sk,
      alarm: true,
    });
  });

  test('a sealed record that was changed raises an alarm that names it, though it has a hash that fits', async () => {
    const world = createSealWorld(FIRST_RUN);
    const [record] = callAt(T + 10, 'denied');
    if (record) world.put(record);
    await world.run();
    const changed = { ...record, subject: 'bob' } as unknown as AuditRecord;
    world.put({ ...changed, hash: hashOfRecord(changed) });
    await runUntil(world, upTo);
    expect(alarms(world)).toContainEqual({
      level: 'error',
      event: 'audit.sealed_record_changed',
      record: record?.sk,
      alarm: true,
    });
  });

  test('a record whose hash is not its own raises an alarm when it is sealed', async () => {
    const world = createSealWorld(FIRST_RUN);
    const [record] = callAt(T + 10, 'denied');
    world.put({ ...record, subject: 'bob' } as unknown as AuditRecord);
    await world.run();
    expect(alarms(world)).toEqual([
      { level: 'error', event: 'audit.record_hash_wrong', record: record?.sk, alarm: true },
    ]);
  });
});

interface Killed {
  readonly dynamo: Dynamo;
  readonly objects: Objects;
  readonly died: Promise<void>;
}

/** All operations of a run by their number; the one that is killed never answers, and its effect is there or not. */
function killed(world: World, at: number, isDone: boolean): Killed {
  return killedAt(world, at, isDone, { reads: true });
}

function killedAt(world: World, at: number, isDone: boolean, { reads }: { readonly reads: boolean }): Killed {
  let count = 0;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const step = async <R>(work: () => Promise<R>): Promise<R> => {
    if (++count < at) return work();
    if (count === at && isDone) await work();
    die();
    return new Promise<never>(() => undefined);
  };
  const { dynamo, bucket } = world;
  return {
    died,
    dynamo: {
      ...dynamo,
      query: (...args) => (reads ? step(() => dynamo.query(...args)) : dynamo.query(...args)),
      putIfAbsent: (...args) => step(() => dynamo.putIfAbsent(...args)),
      delete: (...args) => step(() => dynamo.delete(...args)),
    },
    objects: {
      ...bucket.objects,
      putIfAbsent: (...args) => step(() => bucket.objects.putIfAbsent(...args)),
      get: (...args) => (reads ? step(() => bucket.objects.get(...args)) : bucket.objects.get(...args)),
    },
  };
}

describe('Whatever happens to a sealer, there is one log', () => {
  const records = [...callAt(T + 1), ...callAt(T + MINUTE + 1), ...callAt(T + MINUTE + 2, 'denied')];
  const build = () => {
    const world = createSealWorld(FIRST_RUN);
    for (const record of records) world.put(record);
    return world;
  };

  test('when it is killed at any operation, before or after its effect, and a record comes before the next run', async () => {
    let kills = 0;
    for (const isDone of [false, true]) {
      for (let at = 1; ; at++) {
        const world = build();
        await world.run();
        world.now += MINUTE;
        const kill = killed(world, at, isDone);
        const finished = await Promise.race([
          world
            .sealer(kill)()
            .then(() => true),
          kill.died.then(() => false),
        ]);
        if (finished) break;
        kills++;
        // Too late for the minute if it was claimed, in time if it was not.
        const [late] = callAt(T + MINUTE + 3, 'open');
        if (late) world.put(late);
        await world.run();
        const seals = world.seals();
        const claimed = seals[1]?.count === 3 ? records : [...records, late as AuditRecord];
        expect(seals.map(({ n, count }) => [n, count])).toEqual([
          [0, 2],
          [1, claimed.length - 2],
        ]);
        expect(seals[1]?.root).toBe(rootOver([...bySk(records.slice(0, 2)), ...bySk(claimed.slice(2))]));
      }
    }
    expect(kills).toBeGreaterThan(20);
  });

  test('when two or more run at once, also while records arrive', async () => {
    for (let round = 0; round < 20; round++) {
      const world = build();
      await Promise.allSettled([world.run(), world.run(), world.run()]);
      world.now += MINUTE;
      const runs = [world.run(), world.run()];
      for (const record of callAt(T + MINUTE + 9)) world.put(record);
      await Promise.allSettled(runs);
      await world.run();
      const numbers = world.seals().map(({ n }) => n);
      expect(numbers).toEqual([0, 1]);
    }
  });

  test('when its answers are lost, and when the bucket or the table refuse for a while', async () => {
    for (let at = 1; at <= 12; at++) {
      const world = build();
      let count = 0;
      world.bucket.fault = (_operation, _key, when) => {
        if (when === 'after' && ++count === at) throw new Error('connection reset');
      };
      await world.run().catch(() => undefined);
      world.bucket.fault = undefined;
      await world.run();
      expect(world.seals()[0]?.root).toBe(rootOver(bySk(records.slice(0, 2))));
    }
  });

  test('when the clock jumps back or forward: no minute twice, none left out', async () => {
    const world = build();
    for (const jump of [0, MINUTE, -30 * MINUTE, 5 * MINUTE, -3 * DAY, 10 * MINUTE, 3 * DAY, -3 * DAY + MINUTE]) {
      world.now = FIRST_RUN + jump;
      // Days back it does not find the end of the log, and refuses to sign again what is still to come.
      await world.run().catch(() => undefined);
    }
    const seals = shapeOf(world).filter(({ kind }) => kind === 'minute');
    expect(seals.map(({ n, from }) => [n, from])).toEqual(seals.map((_, i) => [seals[i]?.n, T + i * MINUTE]));
    expect(seals.length).toBeGreaterThan(100);
  });

  test('when the table of seals lost its newest rows: the objects are the log', async () => {
    const world = build();
    await runUntil(world, FIRST_RUN + 3 * MINUTE);
    const before = world.seals();
    for (const key of world.items.keys()) if (key.startsWith('SEAL#')) world.items.delete(key);
    await world.run();
    expect(world.seals().slice(0, before.length)).toEqual(before);
  });
});

/** The claim that the sealer would make next, over an empty minute. */
function claimAfter(world: World): Claim {
  const last = world.seals().at(-1) as Seal;
  const { v, origin, size, root, through, counts, sealedAt } = last;
  const previous = readCheckpointText(checkpointText(last)).hash;
  const window = { from: through, to: through + MINUTE, through: through + MINUTE };
  return {
    v,
    origin,
    n: last.n + 1,
    kind: 'minute',
    ...window,
    first: size,
    count: 0,
    size,
    root,
    counts,
    sealedAt,
    previous,
  };
}

const ending = (from: number, to: number) => ({ from, to, through: to });

describe('What is no record stops nothing, and is an alarm', () => {
  test.each<[string, (record: AuditRecord) => object]>([
    ['whose key has a line end in it', ({ sk, ...rest }) => ({ ...rest, sk: `${sk}\nx` })],
    ['with a value that has no text', (record) => ({ ...record, scopes: new Set(['a']) })],
    ['without a hash', ({ hash: _hash, ...rest }) => rest],
    ['under a key that is none of ours', ({ sk, ...rest }) => ({ ...rest, sk: sk.replace('-7', '-4') })],
  ])('an item %s', async (_name, change) => {
    const world = createSealWorld(FIRST_RUN);
    const [good, bad] = [callAt(T + 1), callAt(T + 2, 'denied')];
    for (const record of good) world.put(record);
    world.put(change(bad[0] as AuditRecord) as AuditRecord);
    await runUntil(world, T + 2 * HOUR + 3 * MINUTE);
    expect(world.seals()[0]).toMatchObject({ count: 2, root: rootOver(bySk(good)) });
    expect(world.seals().at(-1)?.through).toBe(T + 2 * HOUR + MINUTE);
    // Each time that it is read.
    expect(new Set(alarms(world).map(({ event }) => event))).toEqual(new Set(['audit.record_malformed']));
  });

  test.each(['2026-11-25T23:30:30Z#1', '2026-11-25T23:30:00Z#1', '2026-02-30T10:00:00Z#1', '2026-11-25T23:00:00Z#x'])(
    'a mark %s of no hour: nothing is sealed twice',
    async (sk) => {
      const world = await afterMidnight(callAt(EVENING + 1));
      world.items.set(`BELATED ${sk}`, { pk: 'BELATED', sk });
      await runUntil(world, CLOSED + 8 * MINUTE);
      expect(backfillsOf(world)).toEqual([]);
      expect(marksOf(world)).toEqual([]);
      expect(alarms(world).map(({ event }) => event)).toContain('audit.mark_malformed');
    },
  );

  test('marks in the way of others are taken away, and what is belated is sealed', async () => {
    const world = await afterMidnight();
    for (let at = 0; at < 1000; at++) world.items.set(`BELATED 0-${at}`, { pk: 'BELATED', sk: `0-${at}` });
    const late = callAt(EVENING + 1);
    await world.write(late);
    await runUntil(world, CLOSED + 8 * MINUTE);
    expect(entriesOf(world)).toEqual(bySk(late).map(({ sk }) => sk));
    expect(marksOf(world)).toEqual([]);
  });

  test('objects that lie beside the records of a day do not keep it from its manifest', async () => {
    const world = createSealWorld(EVENING + MINUTE + 90_000);
    await world.write(callAt(EVENING + 1));
    for (const key of ['records/dt=2026-11-25/', 'records/dt=2026-11-25/a b.jsonl.gz'])
      world.bucket.stored.set(key, { body: new Uint8Array(), metadata: {} });
    await runUntil(world, CLOSED + 5 * MINUTE);
    const manifest = Buffer.from(world.bucket.stored.get('manifests/2026/11/25.json')?.body ?? []).toString();
    expect(JSON.parse(manifest).objects).toHaveLength(1);
  });
});

describe('Nothing is signed that does not continue the log', () => {
  test.each([
    ['a tile that was changed', 'log/tile/0/000.p/2', 'the tiles do not lead to the root of seal 0'],
    ['a claim of somebody else', 'claims/000000000001.gz', 'the claim is no gzip'],
  ])('%s stops the sealer with an alarm', async (_name, path, cause) => {
    const world = createSealWorld(FIRST_RUN);
    for (const record of callAt(T + 1)) world.put(record);
    await world.run();
    world.bucket.stored.set(path, { body: Buffer.alloc(64, 7), metadata: {} });
    world.now += MINUTE;
    await expect(world.run()).rejects.toThrow(cause);
    expect(alarms(world)).toEqual([{ level: 'error', event: 'audit.seal_failed', cause, alarm: true }]);
    expect(world.seals()).toHaveLength(1);
  });

  test.each<[string, (claim: Claim, minute: number) => Partial<Claim>, string]>([
    [
      'of a minute that lasts a thousand years',
      ({ from }) => ending(from, from + 1000 * 365 * DAY),
      'time that cannot be',
    ],
    ['of two minutes', ({ from }) => ending(from, from + 2 * MINUTE), 'time that cannot be'],
    [
      'of a backfill over two days',
      ({ from }) => ({ kind: 'backfill', from: from - DAY, to: from, through: from, late: [] }),
      'time that cannot be',
    ],
    [
      'of a backfill beyond the end of the log',
      ({ from }) => ({ kind: 'backfill', from: from - MINUTE, to: from, through: from + DAY, late: [] }),
      'does not continue',
    ],
    ['of another log', () => ({ origin: 'other' }), 'does not continue'],
  ])('a claim of somebody else, %s, is refused with an alarm', async (_name, change, cause) => {
    const world = createSealWorld(FIRST_RUN);
    await world.run();
    const honest = claimAfter(world);
    const claim: Claim = { ...honest, ...change(honest, T) };
    world.bucket.stored.set('claims/000000000001.gz', {
      body: formatClaimObject({ claim, entries: [] }),
      metadata: {},
    });
    world.now += 3 * HOUR;
    await expect(world.run()).rejects.toThrow(cause);
    expect(world.seals()).toHaveLength(1);
    expect(alarms(world)).toHaveLength(1);
  });

  test('a claim of a minute that is not over is refused until it is', async () => {
    const world = createSealWorld(FIRST_RUN);
    await world.run();
    const claim = claimAfter(world);
    world.bucket.stored.set('claims/000000000001.gz', {
      body: formatClaimObject({ claim, entries: [] }),
      metadata: {},
    });
    world.now = claim.to - 1;
    await expect(world.run()).rejects.toThrow('claim 1 is of a time that cannot be');
    world.now = claim.to;
    await world.run();
    expect(world.seals()).toHaveLength(2);
  });

  test.each([
    ['of another time', [T + 2 * MINUTE]],
    ['out of order', [T + MINUTE + 2, T + MINUTE + 1]],
    ['twice', [T + MINUTE + 1, T + MINUTE + 1]],
  ])('a claim with entries %s is refused with an alarm', async (_name, times) => {
    const world = createSealWorld(FIRST_RUN);
    await world.run();
    const leaf = Buffer.alloc(32, 1);
    const entries = times.map((ms) => ({ sk: `${timePrefix(ms)}-7000-8000-000000000000#9`, leaf }));
    const edge = createEdge(0, []);
    for (const one of entries) edge.append(one.leaf);
    const { length: count } = entries;
    const claim = { ...claimAfter(world), count, size: count, root: edge.root().toString('base64') };
    world.bucket.stored.set('claims/000000000001.gz', { body: formatClaimObject({ claim, entries }), metadata: {} });
    world.now += 3 * HOUR;
    await expect(world.run()).rejects.toThrow('claim 1 has wrong entries');
    expect(world.seals()).toHaveLength(1);
  });

  test('an old row of ours under a later day stops the sealer with an alarm, and is not taken for the end of the log', async () => {
    const world = createSealWorld(FIRST_RUN);
    await runUntil(world, FIRST_RUN + 3 * MINUTE);
    const [old] = [...world.items.values()].filter(({ pk }) => String(pk).startsWith('SEAL#'));
    world.items.set('later', { ...old, pk: 'SEAL#20261126' });
    await expect(world.run()).rejects.toThrow('the seal 000000000000 is another');
    expect(alarms(world)).toHaveLength(1);
  });

  test('a row of the table of seals that another key signed stops the sealer with an alarm', async () => {
    const [world, other] = [createSealWorld(FIRST_RUN), createSealWorld(FIRST_RUN)];
    await Promise.all([world.run(), other.run()]);
    for (const [key, item] of other.items) world.items.set(key, item);
    world.now += MINUTE;
    await expect(world.run()).rejects.toThrow('the seal 000000000000 is not ours');
  });
});
