import type { Item } from '../../aws/dynamodb.ts';
import { partitionOf } from '../item-keys.ts';
import { hashOnTime } from '../late.ts';
import { leafHash, PHASE } from '../record.ts';
import type { Call } from './question.ts';

export interface CheckedItem {
  readonly phase: string;
  readonly item: Item;
  /** Recomputed from all other attributes; undefined for values that no record can have. */
  readonly hash: string | undefined;
  readonly isAsHashed: boolean;
  /** Whether it lies where its id says. */
  readonly isInPlace: boolean;
}

export interface CheckedCall {
  readonly items: readonly CheckedItem[];
  /** Of a call that ran and ended: whether the outcome carries the hash that the intent has now, or had on time. */
  readonly isChained: boolean | undefined;
  readonly isSound: boolean;
}

/**
 * What can be said of a call from its own items. It shows a changed item, and not one that was replaced together with its
 * hash: that only the sealed log shows (verify/).
 */
export function checkCall({ callId, items }: Call): CheckedCall {
  const checked = [...items].map(([phase, item]) => {
    const hash = hashIn(leafHash, item);
    const isAsHashed = hash !== undefined && hash === item['hash'];
    return { phase, item, hash, isAsHashed, isInPlace: item['pk'] === partitionOf(callId) };
  });
  const outcome = items.get(PHASE.outcome);
  const intent = items.get(PHASE.intent);
  // The outcome is written without knowing by which sink the intent will have come.
  const isChained = outcome && intent !== undefined && outcome['prevPhaseHash'] === hashIn(hashOnTime, intent);
  const isSound = isChained !== false && checked.every(({ isAsHashed, isInPlace }) => isAsHashed && isInPlace);
  return { items: checked, isChained, isSound };
}

function hashIn(hash: typeof leafHash, item: Item): string | undefined {
  try {
    return hash(item);
  } catch {
    return undefined;
  }
}
