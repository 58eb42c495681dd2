import { linkKey, userKey } from '../../shared/identity/keys.ts';
import { ISSUER } from '../support/config.ts';
import type { Plan, PlannedCall } from './plan.ts';
import { FUNCTIONS } from './sim/functions.ts';
import { createGateway, type Delivery, dynamoOver, type Label, type Sabotage, TABLES } from './sim/gateway.ts';
import { createJobs, type JobRun, type Jobs, type Start } from './sim/jobs.ts';
import type { Bucket } from './sim/objects.ts';
import { seedRandomness } from './sim/random.ts';
import { connectSecondSink } from './sim/second-sink.ts';
import type { Signed } from './sim/signer.ts';
import { onTime } from './sim/time.ts';
import { tokensOf } from './sim/tokens.ts';
import { createActor, createInstance, createWorld, type World } from './sim/world.ts';

/** All that can be seen of a history from outside, when it is over and everything is quiet. */
export interface History {
  readonly plan: Plan;
  readonly world: World;
  readonly deliveries: readonly Delivery[];
  readonly runs: readonly JobRun[];
  readonly bucket: Bucket;
  readonly signed: readonly Signed[];
}

/** Parts that are replaced by wrong ones. */
export interface Wrong {
  readonly gateway?: Sabotage;
  readonly sweep?: (real: Start) => Start;
  readonly replay?: (real: Start) => Start;
  readonly seal?: (real: Start) => Start;
}

/** 2026-12-01T00:00:00Z: day and month change. At the other one only the hour does. */
const BOUNDARIES = { month: 1_796_083_200_000, hour: 1_796_122_800_000 } as const;
const MINUTE_MS = 60_000;
/** By then every call has come and every instance that ran it has ended. */
const BUSY_MINUTES = 4;
/** When all is over, minutes after the boundary: out of one run a minute those that find something. */
const QUIET = { sweep: [2, 5, 110], seal: [62, 63, 64] } as const;
/** Of the sealer after the start, when nothing fails any more: a log that begins an hour late has nothing of what was before. */
const SEALER_BEGINS = [6, 7, 8] as const;
/** Of the sweeper, before an hour is sealed for the last time. */
const BEFORE_HOUR = [50, 51, 52] as const;
/** Of the sealer, when there may be records behind the boundary: their hour is read again at the end of the next one. */
const SECOND_HOUR = [122, 123, 124] as const;
const ALL_BEFORE_S = 600;
/** Within their minute; the sweeper comes before the sealer. */
const SECONDS = { sweep: 5, seal: 35 } as const;

export async function runHistory(plan: Plan, wrong: Wrong = {}): Promise<History> {
  ready ??= readSettings();
  await ready;
  seedRandomness(plan.seed);
  const boundary = BOUNDARIES[plan.boundary];
  const start = boundary - plan.secondsLeft * 1000;
  const tokens = await tokensOf(start);
  const world = createWorld(start, plan.seed, plan.pageSize);
  const deliveries: Delivery[] = [];
  const changed = (job: 'sweep' | 'replay' | 'seal') => wrong[job]?.(FUNCTIONS[job]) ?? FUNCTIONS[job];
  const jobs = createJobs(world, plan, { sweep: changed('sweep'), replay: changed('replay'), seal: changed('seal') });
  await onTime(world.time, async () => {
    addDisabled(world);
    const gateway = createGateway(world, tokens, wrong.gateway);
    const deliver = (call: PlannedCall, as: Label) =>
      void gateway.deliver(call, as).then((delivery) => deliveries.push(delivery));
    plan.calls.forEach((call, n) => {
      const label = { name: `call ${n + 1}`, requestId: `request-${n + 1}`, isAgain: false };
      world.time.after(call.at, () => deliver(call, label));
      if (call.again === undefined) return;
      const repeated = { ...call, faults: [], pace: [...call.pace].reverse() };
      const again = { ...label, name: `${label.name} again`, isAgain: true };
      world.time.after(call.at + call.again, () => deliver(repeated, again));
    });
    beDown(world, plan.outage);
    connectSecondSink(world, jobs, 1 + plan.doubled.length);
    schedule(world, jobs, 'sweep', boundary - start, plan.isSealed ? BEFORE_HOUR : []);
    const more = plan.secondsLeft >= ALL_BEFORE_S ? [] : SECOND_HOUR;
    if (plan.isSealed) schedule(world, jobs, 'seal', boundary - start, more);
    await world.time.runUntil(boundary + (Math.max(...QUIET.sweep, ...more) + 2) * MINUTE_MS);
  });
  return { plan, world, deliveries, runs: jobs.runs, bucket: jobs.bucket, signed: jobs.signed };
}

let ready: Promise<void> | undefined;

/** The SDK reads files of settings at the first request of a process: the one thing that virtual time would not wait for. */
async function readSettings(): Promise<void> {
  const world = createWorld(0, 0, 1);
  const instance = createInstance('first', createActor('call', 'first', { pace: [1], faults: [] }));
  const dynamo = dynamoOver(world, instance, () => 'user');
  const ask = () => dynamo.get(TABLES.identities, linkKey(ISSUER, 'nobody'));
  // Again where a slow disk takes longer than a request may.
  while (!(await isAnswered(world, ask()))) {}
}

async function isAnswered(world: World, asked: Promise<unknown>): Promise<boolean> {
  let answered: boolean | undefined;
  asked.then(
    () => {
      answered = true;
    },
    () => {
      answered = false;
    },
  );
  while (answered === undefined) await world.time.runUntil(world.time.now() + 1);
  return answered;
}

function beDown(world: World, outage: Plan['outage']): void {
  if (outage === undefined) return;
  world.time.after(outage.at, () => {
    world.outage = outage.fault;
  });
  world.time.after(outage.at + outage.ms, () => {
    world.outage = undefined;
  });
}

/** Every minute while there are calls, then at those that matter. */
function schedule(
  world: World,
  jobs: Jobs,
  job: 'sweep' | 'seal',
  boundaryMs: number,
  more: readonly number[] = [],
): void {
  const busy = Array.from({ length: BUSY_MINUTES }, (_, n) => (n + 1) * MINUTE_MS);
  const quiet = [...QUIET[job], ...more].map((minute) => boundaryMs + minute * MINUTE_MS + SECONDS[job] * 1000);
  const begins = SEALER_BEGINS.map((minute) => minute * MINUTE_MS);
  const early = job === 'seal' ? [...busy, ...begins].map((ms) => ms + 30_000) : busy;
  for (const ms of [...early, ...quiet]) world.time.after(ms, () => void jobs.invoke(job));
}

/** A user who was here before, and is not any more. */
function addDisabled({ database }: World): void {
  const uid = 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const createdAt = BOUNDARIES.month - 86_400_000;
  for (const item of [
    { ...linkKey(ISSUER, 'disabled'), uid, createdAt },
    { ...userKey(uid), uid, status: 'disabled', roles: [], createdAt },
  ])
    database.put('setup', TABLES.identities, { item, ifAbsent: false });
}
