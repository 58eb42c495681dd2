import type { CloudWatchLogsEvent } from 'aws-lambda';
import { logsEvent, queuedEvent } from './functions.ts';
import type { Jobs } from './jobs.ts';
import { countHit, type LogLine, type World } from './world.ts';

const FIRST_MS = 2000;
/** When a delivery that failed is made again: twice by Lambda, then by the queue until it works. */
const REPEATS_MS = [60_000, 120_000, 600_000, 600_000, 600_000];
const BY_LAMBDA = 3;

/** What the subscription filter lets through. */
const PASSED: ReadonlySet<string> = new Set(['audit.fallback', 'audit.sample']);

/** Lines that hold records come to the replayer some seconds later: at least once, `copies` times when all is well. */
export function connectSecondSink(world: World, jobs: Jobs, copies: number): void {
  const deliver = async (event: CloudWatchLogsEvent, attempt: number): Promise<void> => {
    const { ended } = await jobs.invoke('replay', attempt < BY_LAMBDA ? event : queuedEvent(event));
    const pause = REPEATS_MS[attempt];
    if (ended !== 'well' && pause !== undefined) world.time.after(pause, () => void deliver(event, attempt + 1));
  };
  world.onLine = (line, actor) => {
    if (!PASSED.has(line.event)) return;
    const fault = actor.faults.find(({ at, times }) => at === 'line' && times > 0);
    if (fault !== undefined) {
      fault.times--;
      countHit(world, actor, 'line lost');
      world.note(actor.name, `${line.event}: LINE LOST`);
      return;
    }
    const event = logsEvent([line satisfies LogLine]);
    for (let copy = 1; copy <= copies; copy++) world.time.after(FIRST_MS * copy * copy, () => void deliver(event, 0));
  };
}
