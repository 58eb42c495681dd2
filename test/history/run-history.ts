import { linkKey, userKey } from '../../shared/identity/keys.ts';
import { ISSUER } from '../support/config.ts';
import type { Plan, PlannedCall } from './plan.ts';
import { FUNCTIONS } from './sim/functions.ts';
import { createGateway, type Delivery, type Sabotage, TABLES } from './sim/gateway.ts';
import { createJobs, type JobRun, type Jobs, type Start } from './sim/jobs.ts';
import { seedRandomness } from './sim/random.ts';
import { onTime } from './sim/time.ts';
import { tokensOf } from './sim/tokens.ts';
import { createWorld, type World } from './sim/world.ts';

/** All that can be seen of a history from outside, when it is over and everything is quiet. */
export interface History {
  readonly plan: Plan;
  readonly world: World;
  readonly deliveries: readonly Delivery[];
  readonly runs: readonly JobRun[];
}

/** Parts that are replaced by wrong ones. */
export interface Wrong {
  readonly gateway?: Sabotage;
  readonly sweep?: (real: Start) => Start;
  readonly replay?: (real: Start) => Start;
  readonly seal?: (real: Start) => Start;
}

/** 2026-12-01T00:00:00Z: every kind of boundary is one of these. */
export const MIDNIGHT = 1_796_083_200_000;
/** By then every call has come and every instance that ran it has ended. */
const BUSY_MS = 240_000;
/** When all is over: the runs that tidy up. The last is behind what a wrong clock can have dated into the future. */
const QUIET_MS = [300_000, 360_000, 1_500_000];

export async function runHistory(plan: Plan, wrong: Wrong = {}): Promise<History> {
  seedRandomness(plan.seed);
  const start = MIDNIGHT - plan.secondsLeft * 1000;
  const tokens = await tokensOf(start);
  const world = createWorld(start, plan.seed, plan.pageSize);
  const deliveries: Delivery[] = [];
  const changed = (job: 'sweep' | 'replay' | 'seal') => wrong[job]?.(FUNCTIONS[job]) ?? FUNCTIONS[job];
  const jobs = createJobs(world, plan, { sweep: changed('sweep'), replay: changed('replay'), seal: changed('seal') });
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
    replayLines(world, jobs, plan);
    const minutes = Array.from({ length: BUSY_MS / 60_000 }, (_, n) => (n + 1) * 60_000);
    for (const ms of [...minutes, ...QUIET_MS]) world.time.after(ms, () => void jobs.invoke('sweep'));
    await world.time.runUntil(start + Math.max(...QUIET_MS) + 60_000);
  });
  return { plan, world, deliveries, runs: jobs.runs };
}

const FIRST_MS = 2000;
const REPEATS_MS = [60_000, 120_000];

/** Lines of sink B come some seconds later, now and then twice, and again where nothing took them: at least once. */
function replayLines(world: World, jobs: Jobs, plan: Plan): void {
  const repeats = [...REPEATS_MS];
  const pass = async (event: unknown, left: readonly number[]): Promise<void> => {
    const { ended } = await jobs.invoke('replay', event);
    const [wait, ...rest] = left;
    if (ended === 'well' || wait === undefined) return;
    world.time.after(wait, () => void pass(event, rest));
  };
  world.onLine = (line) => {
    if (line.event !== 'audit.fallback') return;
    world.time.after(FIRST_MS, () => void pass([line], repeats));
    if (plan.doubled.length > 0) world.time.after(FIRST_MS * plan.doubled.length, () => void pass([line], repeats));
  };
}

/** A user who was here before, and is not any more. */
function addDisabled({ database }: World): void {
  const uid = 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const createdAt = MIDNIGHT - 86_400_000;
  for (const item of [
    { ...linkKey(ISSUER, 'disabled'), uid, createdAt },
    { ...userKey(uid), uid, status: 'disabled', roles: [], createdAt },
  ])
    database.put('setup', TABLES.identities, { item, ifAbsent: false });
}
