import type { Dynamo, Item } from '../aws/dynamodb.ts';
import { uuidv7Time } from '../core/ids.ts';
import type { Log } from '../core/logger.ts';
import { partitionOf, sortKey } from './item-keys.ts';
import type { PutBackCalls } from './put-back.ts';
import { PHASE } from './record.ts';
import { unknownRecord } from './unknown-record.ts';
import { isCallId, wellFormed } from './well-formed.ts';

/** Twice the 28 seconds that a function may run, rounded up: no call is still running then. */
export const ORPHAN_MS = 60_000;
/**
 * What came by the second sink may have its outcome still on the way by it. Less than 50 minutes: the run at minute 50
 * closes what is left of the hour before, and ten minutes later the sealer reads that hour for the last time.
 */
const LATE_ORPHAN_MS = 45 * 60_000;
/** Longer than the queue of the second sink keeps a delivery. */
const MARK_MS = 15 * 86_400_000;

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

export interface DueCall {
  readonly callId: string;
  /** Its intent, when there is no outcome. */
  readonly open: readonly Item[];
  /** The mark has done what it is for. */
  readonly isDone: boolean;
}

/** Calls whose intents were put back so long ago that nothing can be on its way any more, however old they are. */
export async function* duePutBack(options: CloseOptions): AsyncIterable<DueCall> {
  const { putBack, now } = options;
  for (const [callId, ms] of putBack?.calls ?? []) {
    if (now - ms < LATE_ORPHAN_MS) continue;
    const items = isCallId(callId) ? await itemsOf(callId, options) : [];
    const [intent, outcome] = [PHASE.intent, PHASE.outcome].map((phase) => sortKey(callId, phase));
    const open = items.some(({ sk }) => sk === outcome) ? [] : items.filter(({ sk }) => sk === intent);
    // The mark comes before its intent, which the table may refuse for long.
    yield { callId, open, isDone: items.length > 0 || now - ms >= MARK_MS };
  }
}

async function itemsOf(callId: string, { dynamo, table }: CloseOptions): Promise<readonly Item[]> {
  const { items } = await dynamo.query(table, {
    consistent: true,
    partition: { name: 'pk', value: partitionOf(callId) },
    sort: { name: 'sk', from: sortKey(callId, PHASE.intent), to: sortKey(callId, PHASE.outcome) },
    limit: 10,
    newestFirst: false,
  });
  return items;
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
