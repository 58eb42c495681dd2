import type { Dynamo, Item } from '../aws/dynamodb.ts';
import { uuidv7Time } from '../core/ids.ts';
import type { Log } from '../core/logger.ts';
import { PHASE } from './record.ts';
import { unknownRecord } from './unknown-record.ts';
import { partitionOf, sortKey } from './item-keys.ts';
import type { PutBackCalls } from './put-back.ts';
import { isCallId, wellFormed } from './well-formed.ts';

/** Twice the 28 seconds that a function may run, rounded up: no call is still running then. */
export const ORPHAN_MS = 60_000;
/**
 * What came by the second sink may have its outcome still on the way by it. Less than 50 minutes: the run at minute 50
 * closes what is left of the hour before, and ten minutes later the sealer reads that hour for the last time.
 */
const LATE_ORPHAN_MS = 45 * 60_000;

export interface CloseOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly log: Log;
  readonly toolIndex?: boolean;
  readonly now: number;
  /** Undefined when that cannot be known now. */
  readonly putBack: PutBackCalls | undefined;
}

/** Gives those an end that are due, each once; one that can be no record is an alarm and holds up nobody. Returns them. */
export async function* closeDue(intents: readonly Item[], options: CloseOptions): AsyncIterable<Item> {
  for (const intent of intents) {
    if (!isDue(intent, options)) continue;
    const outcome = outcomeOf(intent, options);
    if (outcome === undefined) continue;
    const { created } = await options.dynamo.putIfAbsent(options.table, outcome);
    if (created) yield intent;
  }
}

/** Calls whose intents were put back so long ago that nothing can be on its way any more, however old they are. */
export function duePutBack({ putBack, now }: CloseOptions): readonly string[] {
  return [...(putBack?.calls ?? [])].filter(([, ms]) => now - ms >= LATE_ORPHAN_MS).map(([callId]) => callId);
}

/** The intent of this call when it has no outcome, or nothing. */
export async function openIntents(callId: string, { dynamo, table }: CloseOptions): Promise<readonly Item[]> {
  if (!isCallId(callId)) return [];
  const [intent, outcome] = [sortKey(callId, PHASE.intent), sortKey(callId, PHASE.outcome)];
  const { items } = await dynamo.query(table, {
    consistent: true,
    partition: { name: 'pk', value: partitionOf(callId) },
    sort: { name: 'sk', from: intent, to: outcome },
    limit: 10,
    newestFirst: false,
  });
  return items.some(({ sk }) => sk === outcome) ? [] : items.filter(({ sk }) => sk === intent);
}

function isDue(intent: Item, { now, putBack }: CloseOptions): boolean {
  const callId = String(intent['callId']);
  if (intent['late'] !== true) return now - uuidv7Time(callId) >= ORPHAN_MS;
  if (putBack === undefined) return false;
  // Of one that was not read now, its own mark decides.
  const since = putBack.calls.get(callId) ?? (putBack.isWhole ? uuidv7Time(callId) : now);
  return now - since >= LATE_ORPHAN_MS;
}

function outcomeOf(intent: Item, { log, now, toolIndex = false }: CloseOptions) {
  try {
    if (wellFormed(intent) !== undefined) return unknownRecord(intent, now, toolIndex);
  } catch {
    // Something of it has no text: told below.
  }
  log.error('audit.record_malformed', { record: String(intent['sk']), alarm: true });
  return undefined;
}
