import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SigningUnavailable } from '../../../shared/backend/signing-key.ts';
import { createSigningWorld, DAY, FOREVER, HOUR, type SigningWorld } from '../../support/signing.ts';

const MINUTE = 60_000;
/** What a verifier may have: its own cache, and the life of an assertion. */
const KEPT_MS = MINUTE + 2 * HOUR;

interface Step {
  readonly pause: number;
  readonly who: number;
  readonly restarts: boolean;
  readonly down: 'nothing' | 'kms' | 'table';
}

const pause = fc.oneof(
  fc.integer({ min: 0, max: 2 * HOUR }),
  fc.integer({ min: 0, max: 3 * DAY }),
  fc.integer({ min: 0, max: 40 * DAY }),
);
const step: fc.Arbitrary<Step> = fc.record({
  pause,
  who: fc.integer({ min: 0, max: 2 }),
  restarts: fc.boolean(),
  down: fc.constantFrom('nothing', 'nothing', 'nothing', 'kms', 'table'),
});

/** What is published now, whatever is down: asked of an instance that starts for it. */
async function look(world: SigningWorld): Promise<readonly string[]> {
  const { down } = world.kms;
  const { down: tableDown } = world.table;
  world.kms.down = false;
  world.table.down = false;
  const kids = await world.published();
  world.kms.down = down;
  world.table.down = tableDown;
  return kids;
}

/** Who signs, over all that happened; the first broken promise as text. */
async function story(steps: readonly Step[]): Promise<string | undefined> {
  const world = createSigningWorld();
  const signers = [world.signer(), world.signer(), world.signer()];
  const seen: Array<{ readonly at: number; readonly kids: readonly string[] }> = [];
  const order: string[] = [];
  let signed: ReadonlyArray<{ readonly kid: string; readonly at: number }> = [];
  for (const { pause, who, restarts, down } of steps) {
    world.time.now += pause;
    const { now } = world.time;
    if (restarts) signers[who] = world.signer();
    world.kms.down = down === 'kms';
    world.table.down = down === 'table';
    const kid = await signers[who]!.current(FOREVER).then(
      (key) => key.kid,
      (error) => (error instanceof SigningUnavailable && down !== 'nothing' ? undefined : `threw ${error}`),
    );
    const kids = await look(world);
    seen.push({ at: now, kids });
    signed = signed.filter(({ at }) => now - at <= KEPT_MS);
    const gone = signed.find((one) => !kids.includes(one.kid));
    if (gone !== undefined) return 'a key was withdrawn while its assertions may be on their way';
    if (kid === undefined) continue;
    if (!kids.includes(kid)) return `signed with ${kid}, which is not published`;
    if (order.includes(kid) && order.at(-1) !== kid) return 'a key came back';
    if (order.at(-1) !== kid) order.push(kid);
    // By order and not by time: several looks may share one millisecond.
    const since = seen.slice(seen.findIndex((one) => one.kids.includes(kid)));
    if (kid !== order[0] && now - since[0]!.at < DAY) return 'signed with a key published for less than a day';
    if (kid !== order[0] && !since.every((one) => one.kids.includes(kid))) return 'a key was withdrawn before its time';
    signed = [...signed, { kid, at: now }];
  }
  return undefined;
}

test('whatever happens, who signs was published for a day before, and stays as long as somebody may verify', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      expect(await story(steps)).toBeUndefined();
    }),
    { numRuns: 60 },
  );
});

test('with calls every hour each key signs for thirty days, and the table keeps no more than are needed', async () => {
  const world = createSigningWorld();
  const start = world.time.now;
  const signers = [world.signer(), world.signer(), world.signer()];
  const since = new Map<string, number>();
  let mostItems = 0;
  let mostPublished = 0;
  for (let hour = 0; hour < 365 * 24; hour++) {
    world.time.now = start + hour * HOUR;
    const { kid } = await signers[hour % 3]!.current(FOREVER);
    if (!since.has(kid)) since.set(kid, hour / 24);
    mostItems = Math.max(mostItems, world.table.items.size);
    if (hour % 24 === 0) mostPublished = Math.max(mostPublished, (await world.published()).length);
  }
  expect({ days: [...since.values()], mostItems, mostPublished }).toEqual({
    days: [0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360],
    mostItems: 2,
    mostPublished: 2,
  });
});

test('a year of instances that live for one call makes one key a month, and all of a day agree', async () => {
  const world = createSigningWorld();
  const start = world.time.now;
  for (let day = 0; day < 365; day++) {
    world.time.now = start + day * DAY;
    const instances = [world.signer(), world.signer()];
    const keys = await Promise.all(instances.map((one) => one.current(FOREVER)));
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(1);
  }
  const made = world.lines.filter(({ event }) => event === 'assertion_key.made').map(({ number }) => number);
  expect(made).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
});
