import type { Fault, Job, Outage, PlannedFault } from '../plan.ts';
import { createDatabase, type Database, type Ticker } from './database.ts';
import { createRandom } from './random.ts';
import { createTime, type VirtualTime } from './time.ts';

/** What is hit by a fault, for the report. */
export type Part = 'call' | Job;

/** One delivery of a request, or one run of a job. */
export interface Actor {
  readonly part: Part;
  readonly name: string;
  readonly pace: readonly number[];
  /** How long the other side of its tool works; milliseconds. */
  readonly worksMs: number;
  /** Counted down while they strike. */
  readonly faults: Array<{ -readonly [K in keyof PlannedFault<string>]: PlannedFault<string>[K] }>;
  /** Those that struck. */
  readonly hits: Set<Fault>;
}

/** One copy of a function. It works for one actor at a time, as Lambda has it. */
export interface Instance {
  readonly name: string;
  isAlive: boolean;
  /** How far its clock is ahead; milliseconds. */
  ahead: number;
  actor: Actor;
  /** Called when it ends before its work does. */
  onEnd: () => void;
}

/** One thing that happened, for people. */
export interface Happening {
  readonly at: number;
  readonly by: string;
  readonly what: string;
}

export interface LogLine {
  readonly order: number;
  readonly at: number;
  readonly by: string;
  readonly level: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Effect {
  readonly order: number;
  readonly by: string;
  readonly tool: string;
  readonly uid: string;
  /** Of an idempotent call; undefined for every other. */
  readonly key: string | undefined;
}

export interface World {
  readonly time: VirtualTime;
  readonly tick: Ticker;
  readonly random: () => number;
  readonly database: Database;
  readonly effects: Effect[];
  readonly lines: LogLine[];
  readonly happenings: Happening[];
  /** `part/fault` → how often it struck. */
  readonly hits: Map<string, number>;
  /** Things that the simulation itself cannot do: a defect of this checker, or an operation it does not know. */
  readonly problems: string[];
  /** What every request to the trail's table meets now. */
  outage: Outage['fault'] | undefined;
  note(by: string, what: string): void;
  /** Called with each line of a log. */
  onLine: (line: LogLine, actor: Actor) => void;
}

export function createWorld(start: number, seed: number, pageSize: number): World {
  const time = createTime(start);
  let order = 0;
  const tick = () => order++;
  const happenings: Happening[] = [];
  return {
    time,
    tick,
    random: createRandom(seed),
    database: createDatabase(time.now, tick, pageSize),
    effects: [],
    lines: [],
    happenings,
    hits: new Map(),
    problems: [],
    note: (by, what) => void happenings.push({ at: time.now(), by, what }),
    outage: undefined,
    onLine: () => undefined,
  };
}

export function createActor(
  part: Part,
  name: string,
  {
    pace,
    worksMs = 0,
    faults,
  }: Pick<Actor, 'pace'> & { readonly worksMs?: number; readonly faults: readonly PlannedFault<string>[] },
): Actor {
  return { part, name, pace, worksMs, faults: faults.map((fault) => ({ ...fault })), hits: new Set() };
}

export function createInstance(name: string, actor: Actor): Instance {
  return { name, isAlive: true, ahead: 0, actor, onEnd: () => undefined };
}

export function endInstance(instance: Instance): void {
  if (!instance.isAlive) return;
  instance.isAlive = false;
  instance.onEnd();
}

/** What the other side of a request came to. Never settled: nothing was heard. */
export type Reply<T> =
  | { readonly kind: 'answer'; readonly value: T }
  | { readonly kind: 'throttled' | 'failed' | 'reset' };

const STEPS_MS = [2_000, 45_000, 150_000];
const MAX_AHEAD_MS = 300_000;
/** Behind every limit of the client. */
const LATE_MS = 1_500;

export interface Asked<T> {
  readonly at: string;
  /** For people: `put intent`. */
  readonly what: string;
  /** How long the other side takes for it, beside the way; milliseconds. */
  readonly worksMs?: number;
  /** The other side does it. `isBehind`: it answers with what was before, where it may. */
  readonly carryOut: (isBehind: boolean) => T;
  readonly mayBeBehind?: boolean;
}

/** One request of an instance to something outside of it: the way there, the work, the way back, and what goes wrong. */
export function ask<T>(world: World, instance: Instance, { at, what, worksMs = 0, carryOut, mayBeBehind }: Asked<T>) {
  return new Promise<Reply<T>>((resolve) => {
    if (!instance.isAlive) return;
    const { actor } = instance;
    const fault = strike(world, actor, at, what, mayBeBehind === true);
    const thereMs = paceOf(actor) + worksMs;
    const backMs = paceOf(actor);
    const hear = (reply: Reply<T>) =>
      void world.time.after(backMs, () => {
        if (instance.isAlive) resolve(reply);
      });
    const arrive = (ms: number, work: () => void) => void world.time.after(ms, work);
    const answer = () => hear({ kind: 'answer', value: carryOut(fault === 'stale read') });
    switch (fault) {
      case 'throttle':
        return arrive(thereMs, () => hear({ kind: 'throttled' }));
      case 'server error':
        return arrive(thereMs, () => hear({ kind: 'failed' }));
      case 'hang':
        return;
      case 'late':
        return arrive(thereMs + LATE_MS, () => void carryOut(false));
      case 'reply lost':
        return arrive(thereMs, () => {
          carryOut(false);
          hear({ kind: 'reset' });
        });
      case 'kill before':
        return endInstance(instance);
      case 'kill in flight':
        arrive(thereMs, () => void carryOut(false));
        return endInstance(instance);
      case 'clock back':
      case 'clock forward':
        stepClock(world, instance, fault);
        return arrive(thereMs, answer);
      default:
        return arrive(thereMs, answer);
    }
  });
}

/** By seconds or by minutes, and never further off than a clock that is watched at all. */
export function stepClock(world: World, instance: Instance, fault: Fault): void {
  const step = (fault === 'clock back' ? -1 : 1) * (STEPS_MS[Math.floor(world.random() * 3)] ?? 0);
  instance.ahead = Math.max(-MAX_AHEAD_MS, Math.min(MAX_AHEAD_MS, instance.ahead + step));
}

const turns = new WeakMap<Actor, number>();

function paceOf(actor: Actor): number {
  const turn = turns.get(actor) ?? 0;
  turns.set(actor, turn + 1);
  return actor.pace[turn % actor.pace.length] ?? 1;
}

const OF_TRAIL: ReadonlySet<string> = new Set(['intent', 'outcome', 'denial', 'event', 'read', 'write']);

/** The fault that this request meets, counted as a hit. */
function strike(world: World, actor: Actor, at: string, what: string, mayBeBehind: boolean): Fault | undefined {
  const fault = planned(actor, at, mayBeBehind);
  const { outage } = world;
  if (fault === undefined && (outage === undefined || !OF_TRAIL.has(at))) {
    world.note(actor.name, what);
    return undefined;
  }
  countHit(world, actor, fault ?? 'outage');
  world.note(actor.name, `${what}: ${fault?.toUpperCase() ?? `OUTAGE, ${outage?.toUpperCase()}`}`);
  return fault ?? outage;
}

function planned({ faults }: Actor, at: string, mayBeBehind: boolean): Fault | undefined {
  const found = faults.find((fault) => fault.at === at && fault.times > 0);
  if (found === undefined || (found.fault === 'stale read' && !mayBeBehind)) return undefined;
  if (found.skip > 0) {
    found.skip--;
    return undefined;
  }
  found.times = found.fault.startsWith('clock') ? 0 : found.times - 1;
  return found.fault;
}

export function countHit(world: World, actor: Actor, fault: Fault): void {
  actor.hits.add(fault);
  const key = `${actor.part}/${fault}`;
  world.hits.set(key, (world.hits.get(key) ?? 0) + 1);
}
