import type { CallView } from '../view.ts';
import { hadTrouble, isUnknown, ofEachCall, type Rule, wasDenied, wasUndecided } from './rule.ts';

/** What happened in the world, against what the trail says. */
export const EFFECT_RULES: readonly Rule[] = [
  ofEachCall('refused is not run', 'Nothing is run that was denied, or refused before its intent.', (call) => {
    const refused =
      wasDenied(call) || wasUndecided(call) || call.denial !== undefined || call.told?.code === 'AUDIT_UNAVAILABLE';
    return refused && call.effects.length > 0 ? [`was refused with ${call.told?.code} and run`] : [];
  }),
  ofEachCall('intent first', 'Nothing is run before its intent is written.', ({ effects, intent, lines }) => {
    const line = lines.find(({ event }) => event === 'audit.fallback');
    const since = Math.min(intent?.commit.order ?? Number.POSITIVE_INFINITY, line?.order ?? Number.POSITIVE_INFINITY);
    return effects
      .filter(({ order }) => order < since)
      .map(({ tool }) => `${tool} was run before its intent was written`);
  }),
  ofEachCall(
    'outcome last',
    'An outcome is written after what it tells of, and the answer leaves after it.',
    outcomeLast,
  ),
  ofEachCall('executions are outcomes', 'What was run is what the outcome says.', executionsAreOutcomes),
  {
    name: 'once',
    sentence: 'An idempotent call is run once for its key, however often it is delivered.',
    check: ({ history }) => {
      const counts = new Map<string, number>();
      for (const { tool, uid, key } of history.world.effects) {
        if (!IDEMPOTENT.has(tool)) continue;
        const name = `${tool} of ${uid} with ${key}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return [...counts].filter(([, count]) => count > 1).map(([name, count]) => `${name} was run ${count} times`);
    },
  },
];

const IDEMPOTENT: ReadonlySet<string> = new Set(['order', 'book']);
const ACTING: ReadonlySet<string> = new Set(['pay', 'order', 'book', 'look', 'peek', 'forward']);
/** Ended before the tool could act. */
const NOT_RUN: ReadonlySet<unknown> = new Set([
  'INVALID_ARGUMENTS',
  'CALL_IN_PROGRESS',
  'IDEMPOTENCY_KEY_REUSED',
  'CALL_COMPLETED',
  'INPUT_UNSUPPORTED',
  'STATE_UNAVAILABLE',
  'REPLAYED',
]);

function executionsAreOutcomes(call: CallView): readonly string[] {
  const { effects, outcome } = call;
  const { action } = call.delivery.call;
  if (effects.length > 1) return [`was run ${effects.length} times`];
  if (outcome === undefined || isUnknown(call)) return [];
  const { isError, errorType } = outcome.item;
  const isReplay = NOT_RUN.has(errorType) || (errorType === 'OUTCOME_UNKNOWN' && action !== 'forward');
  if (isReplay) return effects.length === 0 ? [] : [`was run, and its outcome is ${String(errorType)}`];
  if (isError === false && ACTING.has(action) && effects.length === 0) return ['was not run, and its outcome is good'];
  const failedWell = action === 'pay and fail' && !hadTrouble(call);
  return failedWell && effects.length === 0 ? ['was not run, and its outcome says that it failed'] : [];
}

function outcomeLast({ effects, outcome, denial, told, lines }: CallView): readonly string[] {
  const line = lines.find(({ event }) => event === 'audit.fallback');
  const found: string[] = [];
  const written = outcome?.commit.order ?? denial?.commit.order;
  const isGood = outcome?.item['isError'] === false;
  if (isGood && effects.some(({ order }) => order > (outcome?.commit.order ?? 0)))
    found.push('has its outcome before its effect');
  const isRecordedBefore = written !== undefined && told !== undefined && written < told.order;
  const isLoggedBefore = line !== undefined && told !== undefined && line.order < told.order;
  if (
    told !== undefined &&
    written !== undefined &&
    told.code !== 'AUDIT_UNAVAILABLE' &&
    !isRecordedBefore &&
    !isLoggedBefore
  )
    found.push('was answered before its record');
  return found;
}
