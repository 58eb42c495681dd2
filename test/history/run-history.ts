import { linkKey, userKey } from '../../shared/identity/keys.ts';
import { ISSUER } from '../support/config.ts';
import type { Plan, PlannedCall } from './plan.ts';
import { createGateway, type Delivery, type Sabotage, TABLES } from './sim/gateway.ts';
import { seedRandomness } from './sim/random.ts';
import { onTime } from './sim/time.ts';
import { tokensOf } from './sim/tokens.ts';
import { createWorld, type World } from './sim/world.ts';

/** All that can be seen of a history from outside, when it is over and everything is quiet. */
export interface History {
  readonly plan: Plan;
  readonly world: World;
  readonly deliveries: readonly Delivery[];
}

/** 2026-12-01T00:00:00Z: every kind of boundary is one of these. */
const MIDNIGHT = 1_796_083_200_000;

export interface Wrong {
  readonly gateway?: Sabotage;
}

export async function runHistory(plan: Plan, wrong: Wrong = {}): Promise<History> {
  seedRandomness(plan.seed);
  const start = MIDNIGHT - plan.secondsLeft * 1000;
  const tokens = await tokensOf(start);
  const world = createWorld(start, plan.seed, plan.pageSize);
  const deliveries: Delivery[] = [];
  await onTime(world.time, async () => {
    addDisabled(world);
    const gateway = createGateway(world, tokens, wrong.gateway);
    const deliver = (call: PlannedCall, name: string, requestId: string) =>
      void gateway.deliver(call, name, requestId).then((delivery) => deliveries.push(delivery));
    plan.calls.forEach((call, n) => {
      world.time.after(call.at, () => deliver(call, `call ${n + 1}`, `request-${n + 1}`));
      if (call.again === undefined) return;
      const again = { ...call, faults: [], pace: [...call.pace].reverse() };
      world.time.after(call.at + call.again, () => deliver(again, `call ${n + 1} again`, `request-${n + 1}`));
    });
    await world.time.runUntil(start + 400_000);
  });
  return { plan, world, deliveries };
}

function addDisabled({ database }: World): void {
  const uid = 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const put = (item: { pk: string; sk: string }) => void database.put('setup', TABLES.identities, { item, ifAbsent: false });
  const createdAt = MIDNIGHT - 86_400_000;
  put({ ...linkKey(ISSUER, 'disabled'), uid, createdAt } as { pk: string; sk: string });
  put({ ...userKey(uid), uid, status: 'disabled', roles: [], createdAt } as { pk: string; sk: string });
}
