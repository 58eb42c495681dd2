import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalKms } from '../../../cli/dev/local-kms.ts';
import type { Item } from '../../../shared/aws/dynamodb.ts';
import { createPublishedKeys } from '../../../shared/backend/published-keys.ts';
import { createStoredKeys } from '../../../shared/backend/stored-keys.ts';
import { startDatabase, type TestDatabase } from '../../support/database.ts';
import { createSigningWorld, DAY, FOREVER, HOUR, KMS_KEY, type SigningWorld } from '../../support/signing.ts';

const UNAVAILABLE = { name: 'SigningUnavailable', message: 'the proof of who is calling cannot be signed now' };
const kidOf = async (keys: ReturnType<SigningWorld['signer']>) => (await keys.current(FOREVER)).kid;
const events = ({ lines }: SigningWorld) => lines.map(({ level, event, number }) => [level, event, number]);

/** The first key signs, the second is announced. */
async function inTheLastWeek(): Promise<SigningWorld & { readonly first: string }> {
  const world = createSigningWorld();
  const first = await kidOf(world.signer());
  world.time.now += 24 * DAY;
  await kidOf(world.signer());
  return { ...world, first };
}

function change({ table }: SigningWorld, number: number, members: Item): void {
  const id = `KEYS#assertion ${String(number).padStart(6, '0')}`;
  table.items.set(id, { ...table.items.get(id), ...members });
}

describe('instances', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.stop());

  test('that need the first key at the same moment sign with the same one, in the real table', async () => {
    const world = createSigningWorld();
    const ports = { ...world.ports, dynamo: database.dynamo, table: database.state };
    const kids = await Promise.all(Array.from({ length: 12 }, () => kidOf(createStoredKeys(ports))));
    const { keys } = await createPublishedKeys(ports).read(FOREVER);
    expect([new Set(kids).size, keys.map(({ kid }) => kid)]).toEqual([1, [kids[0]]]);
  });

  test('that need the next key at the same moment make one', async () => {
    const world = await inTheLastWeek();
    world.time.now += 30 * DAY;
    const kids = await Promise.all(Array.from({ length: 20 }, () => kidOf(world.signer())));
    const made = world.lines.filter(({ event }) => event === 'assertion_key.made').map(({ number }) => number);
    expect([new Set(kids).size, made]).toEqual([1, [1, 2, 3]]);
  });
});

test('an instance has its key opened once, for calls that come together and for later ones', async () => {
  const world = createSigningWorld();
  await kidOf(world.signer());
  world.kms.asked.clear();
  const keys = world.signer();
  await Promise.all(Array.from({ length: 10 }, () => kidOf(keys)));
  for (let hour = 0; hour < 100; hour++) {
    world.time.now += HOUR;
    await kidOf(keys);
  }
  expect([...world.kms.asked]).toEqual([['decrypt', 1]]);
});

test('a signature is that of the published key, 64 bytes', async () => {
  const world = createSigningWorld();
  const key = await world.signer().current(FOREVER);
  const [published] = (await world.publisher().read(FOREVER)).keys;
  const signature = await key.sign(Buffer.from('text'), FOREVER);
  const publicKey = createPublicKey({ key: { ...published }, format: 'jwk' });
  expect({
    published: { ...published, x: published!.x.length, y: published!.y.length },
    length: signature.length,
    good: verify('sha256', Buffer.from('text'), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  }).toEqual({
    published: { kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: key.kid, x: 43, y: 43 },
    length: 64,
    good: true,
  });
});

test('neither part of a key is in the table in clear', async () => {
  const world = createSigningWorld();
  const kid = await kidOf(world.signer());
  const [published] = (await world.publisher().read(FOREVER)).keys;
  const [item] = [...world.table.items.values()];
  const stored = JSON.stringify(item) + Buffer.from(String(item!['privateKey']), 'base64').toString('latin1');
  const oid = Buffer.from('06082a8648ce3d030107', 'hex').toString('latin1');
  expect([Object.keys(item!).sort(), [kid, published!.x, oid].filter((text) => stored.includes(text))]).toEqual([
    ['activeFrom', 'pk', 'privateKey', 'publicKey', 'sk'],
    [],
  ]);
});

describe('without KMS', () => {
  test('nothing is signed by an instance that has no open key, and no detail reaches its caller', async () => {
    const world = createSigningWorld();
    await kidOf(world.signer());
    world.kms.down = true;
    await expect(world.signer().current(FOREVER)).rejects.toMatchObject(UNAVAILABLE);
    expect(world.lines.at(-1)).toEqual({
      level: 'error',
      event: 'assertion_key.unavailable',
      cause: 'KMSInternalException',
    });
  });

  test('a warm instance goes on, also over the change of keys', async () => {
    const world = await inTheLastWeek();
    const keys = world.signer();
    const before = await kidOf(keys);
    world.kms.down = true;
    for (let day = 0; day < 8; day++) {
      world.time.now += DAY / 3;
      await kidOf(keys);
      world.time.now += DAY / 3;
      await kidOf(keys);
      world.time.now += DAY / 3;
      await kidOf(keys);
    }
    const after = await kidOf(keys);
    world.kms.down = false;
    expect([before, before === after, (await world.published()).includes(after)]).toEqual([world.first, false, true]);
  });

  test('a key that is due is made later, and asked for once a minute at most', async () => {
    const world = createSigningWorld();
    const keys = world.signer();
    const first = await kidOf(keys);
    world.time.now += 23 * DAY;
    world.kms.down = true;
    world.kms.asked.clear();
    for (let second = 0; second < 120; second++) {
      world.time.now += 1000;
      expect(await kidOf(keys)).toBe(first);
    }
    const whileDown = new Map(world.kms.asked);
    world.kms.down = false;
    world.time.now += 60_000;
    await kidOf(keys);
    expect([whileDown, (await world.published()).length]).toEqual([new Map([['generateKeyPair', 2]]), 2]);
  });

  test('what was published is published for twelve hours more, then nothing is', async () => {
    const world = createSigningWorld();
    const kid = await kidOf(world.signer());
    const publisher = world.publisher();
    await publisher.read(FOREVER);
    world.kms.down = true;
    world.table.down = true;
    world.time.now += 12 * HOUR - 1;
    expect((await publisher.read(FOREVER)).keys.map((key) => key.kid)).toEqual([kid]);
    world.time.now += 1;
    await expect(publisher.read(FOREVER)).rejects.toMatchObject({ code: 'SIGNING_KEYS_UNAVAILABLE' });
    await expect(world.publisher().read(FOREVER)).rejects.toMatchObject({ code: 'SIGNING_KEYS_UNAVAILABLE' });
  });
});

test('without the table a warm instance signs for twelve hours, then nothing: it could miss the end of its key', async () => {
  const world = createSigningWorld();
  const keys = world.signer();
  const kid = await kidOf(keys);
  world.table.down = true;
  world.time.now += 12 * HOUR - 1;
  expect(await kidOf(keys)).toBe(kid);
  world.time.now += 1;
  await expect(keys.current(FOREVER)).rejects.toMatchObject(UNAVAILABLE);
  world.table.down = false;
  expect(await kidOf(keys)).toBe(kid);
});

test('without time left nothing is asked', async () => {
  const world = createSigningWorld();
  const asked: number[] = [];
  const dynamo = { ...world.ports.dynamo, query: async (_table: string, { withinMs = 0 }) => asked.push(withinMs) };
  const keys = createStoredKeys({ ...world.ports, dynamo: dynamo as never });
  await expect(keys.current(world.time.now + 100)).rejects.toMatchObject(UNAVAILABLE);
  expect(asked).toEqual([100]);
});

describe('whoever can write to the table but not use the KMS key', () => {
  test('cannot publish a key of his own', async () => {
    const world = createSigningWorld();
    const kid = await kidOf(world.signer());
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' });
    const context = { purpose: 'gatehouse-assertion-public-key', number: '2', activeFrom: String(world.time.now) };
    const otherKms = await createLocalKms().encrypt(KMS_KEY, own, context);
    for (const [number, publicKey] of [
      [2, otherKms],
      [3, own],
      [4, Buffer.alloc(0)],
    ] as const) {
      const activeFrom = world.time.now;
      change(world, number, {
        pk: 'KEYS#assertion',
        sk: String(number).padStart(6, '0'),
        activeFrom,
        publicKey: publicKey.toString('base64'),
        privateKey: publicKey.toString('base64'),
      });
    }
    expect({
      published: await world.published(),
      signs: await kidOf(world.signer()),
      logged: events(world).slice(1),
    }).toEqual({
      published: [kid],
      signs: kid,
      logged: [4, 3, 2, 4, 3, 2].map((number) => ['error', 'assertion_key.refused', number]),
    });
  });

  test('cannot swap the public parts of two keys', async () => {
    const world = await inTheLastWeek();
    const [one, two] = [...world.table.items.values()];
    change(world, 1, { publicKey: two!['publicKey'] });
    change(world, 2, { publicKey: one!['publicKey'] });
    expect([await world.published(), events(world).slice(2)]).toEqual([
      [],
      [
        ['error', 'assertion_key.refused', 2],
        ['error', 'assertion_key.refused', 1],
      ],
    ]);
  });

  test('cannot have a key sign before its time, nor after it', async () => {
    const world = await inTheLastWeek();
    const [second] = await world.published();
    change(world, 2, { activeFrom: world.time.now });
    const early = await kidOf(world.signer());
    expect([early, (await world.published()).includes(second!)]).toEqual([world.first, false]);
    world.time.now += 20 * DAY;
    change(world, 1, { activeFrom: world.time.now });
    const late = await kidOf(world.signer());
    expect([late === world.first, await world.published()]).toEqual([false, [late]]);
  });

  test('cannot make a public key of a private one, nor sign with what was published', async () => {
    const world = createSigningWorld();
    await kidOf(world.signer());
    const [item] = [...world.table.items.values()];
    change(world, 1, { publicKey: item!['privateKey'], privateKey: item!['publicKey'] });
    expect([await world.published(), events(world).at(-1)]).toEqual([[], ['error', 'assertion_key.refused', 1]]);
  });

  test('cannot bring back a key that is out of use', async () => {
    const world = createSigningWorld();
    const first = await kidOf(world.signer());
    const [old] = [...world.table.items.values()];
    for (let day = 0; day < 70; day++) {
      world.time.now += DAY;
      await kidOf(world.signer());
    }
    change(world, 1, old!);
    const signs = await kidOf(world.signer());
    expect([signs === first, (await world.published()).includes(first)]).toEqual([false, false]);
  });

  test('cannot have a key counted twice', async () => {
    const world = createSigningWorld();
    const kid = await kidOf(world.signer());
    const [item] = [...world.table.items.values()];
    for (const sk of ['1', '0000001', '1e0', '000001 ']) world.table.items.set(`KEYS#assertion ${sk}`, { ...item, sk });
    expect([await kidOf(world.signer()), await world.published()]).toEqual([kid, [kid]]);
  });

  test.each([
    ['numbers above its own', 50, (at: number) => String(900_000 + at)],
    ['a number of seven digits', 1, () => '1000000'],
    ['many of them', 700, (at: number) => String(1_000_000 + at)],
    ['numbers that are none', 120, (at: number) => `9x${at}`],
    ['numbers that no program counts', 1, () => '900719925474099200000'],
  ])(
    'cannot hide a key behind items with %s, and the next key has the next number that is one',
    async (_name, count, skOf) => {
      const world = createSigningWorld();
      const first = await kidOf(world.signer());
      const pk = 'KEYS#assertion';
      for (let at = 0; at < count; at++) {
        const item = { pk, sk: skOf(at), activeFrom: 1, publicKey: 'AAAA', privateKey: 'AAAA' };
        world.table.items.set(`${pk} ${item.sk}`, item);
      }
      const valid = [...world.table.items.values()].map(({ sk }) => Number(sk)).filter(Number.isSafeInteger);
      expect([await kidOf(world.signer()), await world.published()]).toEqual([first, [first]]);
      world.time.now += 24 * DAY;
      expect(await kidOf(world.signer())).toBe(first);
      const { number } = world.lines.findLast(({ event }) => event === 'assertion_key.made')!;
      expect([number, (await world.published()).length]).toEqual([Math.max(...valid) + 1, 2]);
      world.time.now += 7 * DAY;
      expect((await kidOf(world.signer())) === first).toBe(false);
    },
  );

  test('cannot stop the rotation by a key of the far future', async () => {
    const world = createSigningWorld();
    const first = await kidOf(world.signer());
    change(world, 7, {
      pk: 'KEYS#assertion',
      sk: '000007',
      activeFrom: world.time.now + 9999 * DAY,
      privateKey: 'AA==',
    });
    for (let day = 0; day < 31; day++) {
      world.time.now += DAY;
      await kidOf(world.signer());
    }
    expect((await kidOf(world.signer())) === first).toBe(false);
  });
});

test('when KMS opens none of the keys any more, as after the loss of its own, a new first one is made', async () => {
  const world = createSigningWorld();
  const lost = await kidOf(world.signer());
  const ports = { ...world.ports, kms: createLocalKms() };
  const kid = await kidOf(createStoredKeys(ports));
  const { keys } = await createPublishedKeys(ports).read(FOREVER);
  expect([kid === lost, keys.map((key) => key.kid), [...world.table.items.keys()]]).toEqual([
    false,
    [kid],
    ['KEYS#assertion 000001', 'KEYS#assertion 000002'],
  ]);
});

test('an instance whose clock is behind signs with the first key of another', async () => {
  const world = createSigningWorld();
  const kid = await kidOf(world.signer());
  world.time.now -= 5000;
  expect([await kidOf(world.signer()), await world.published()]).toEqual([kid, [kid]]);
});
