import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import type { Objects } from '../../../shared/aws/objects.ts';
import type { Clock } from '../../../shared/core/clock.ts';
import type { Log } from '../../../shared/core/logger.ts';
import type { Job, Plan, PlannedFault } from '../plan.ts';
import { createDirect } from './direct.ts';
import { dynamoOver, logOf } from './gateway.ts';
import { type Bucket, createObjects } from './objects.ts';
import type { PlaceOf } from './operations.ts';
import { createSigner, type Signed } from './signer.ts';
import {
  type Actor,
  countHit,
  createActor,
  createInstance,
  endInstance,
  type Instance,
  stepClock,
  type World,
} from './world.ts';

/** One run of a job, for one event. */
export interface JobRun {
  readonly job: Job;
  readonly actor: Actor;
  /** Undefined while it runs, and for ever when its instance ended. */
  ended: 'well' | 'thrown' | undefined;
}

/** What a job gets of the world, all of it behind the same trouble as everything else. */
export interface JobPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly dynamo: Dynamo;
  readonly objects: Objects;
  readonly signer: ReturnType<typeof createSigner>;
}

/** Makes one copy of the function. */
export type Start = (ports: JobPorts) => (event: unknown) => Promise<unknown>;

const LAMBDA_MS = 60_000;
const placeOf: PlaceOf = (operation) => (operation === 'put' || operation === 'delete' ? 'write' : 'read');

interface Copy {
  readonly instance: Instance;
  readonly handler: ReturnType<Start>;
}

export interface Jobs {
  readonly runs: JobRun[];
  readonly bucket: Bucket;
  readonly signed: readonly Signed[];
  /** One invocation, as often as the plan says at once. Never rejects. */
  invoke(job: Job, event?: unknown): Promise<JobRun>;
}

export function createJobs(world: World, plan: Plan, starts: Readonly<Record<Job, Start>>): Jobs {
  const runs: JobRun[] = [];
  const bucket: Bucket = new Map();
  const signed: Signed[] = [];
  const counts = new Map<Job, number>();
  /** Job → a copy that is idle: what a function remembers between its runs is part of it. */
  const warm = new Map<Job, Copy>();
  const start = (job: Job, actor: Actor): Copy => {
    const instance = createInstance(actor.name, actor);
    const clock = () => world.time.now() + instance.ahead;
    const connect = plan.isDirect ? createDirect : dynamoOver;
    const dynamo = connect(world, instance, placeOf);
    const objects = createObjects(world, instance, bucket);
    const signer = createSigner(world, instance, signed);
    return { instance, handler: starts[job]({ clock, log: logOf(world, instance), dynamo, objects, signer }) };
  };
  const run = async (
    job: Job,
    event: unknown,
    name: string,
    faults: readonly PlannedFault<string>[],
    isTwin = false,
  ) => {
    const actor = createActor(job, name, { pace: [3, 5, 2], faults });
    const entry: JobRun = { job, actor, ended: undefined };
    runs.push(entry);
    const copy = warm.get(job) ?? start(job, actor);
    warm.delete(job);
    const { instance, handler } = copy;
    instance.actor = actor;
    if (isTwin) countHit(world, actor, 'run twice');
    setClock(world, instance);
    await new Promise<void>((done) => {
      instance.onEnd = () => {
        world.note(name, 'ended');
        done();
      };
      const stop = world.time.after(LAMBDA_MS, () => endInstance(instance));
      const finish = (ended: 'well' | 'thrown') => {
        if (!instance.isAlive) return;
        entry.ended = ended;
        stop();
        warm.set(job, copy);
        done();
      };
      handler(event).then(
        () => finish('well'),
        (error: unknown) => {
          world.note(name, `threw ${String(error)}`);
          finish('thrown');
        },
      );
    });
    return entry;
  };
  return {
    runs,
    bucket,
    signed,
    invoke: async (job, event) => {
      const n = counts.get(job) ?? 0;
      counts.set(job, n + 1);
      const faults = plan.troubles.filter((trouble) => trouble.job === job && trouble.run === n);
      const name = `${job} ${n + 1}`;
      const isDoubled = plan.doubled.includes(n);
      const [first] = await Promise.all([
        run(job, event, name, faults),
        ...(isDoubled ? [run(job, event, `${name} twin`, [], true)] : []),
      ]);
      return first;
    },
  };
}

/** A job reads the clock before it asks for anything, so a wrong one is wrong from the start, and for this run. */
function setClock(world: World, instance: Instance): void {
  const { actor } = instance;
  instance.ahead = 0;
  for (const planned of actor.faults) {
    if (planned.fault !== 'clock back' && planned.fault !== 'clock forward') continue;
    planned.times = 0;
    stepClock(world, instance, planned.fault);
    countHit(world, actor, planned.fault);
    world.note(actor.name, `begins with a clock that is ${instance.ahead} ms ahead`);
  }
}
