import type { Item } from '../../aws/dynamodb.ts';
import { partitionOf } from '../item-keys.ts';
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
  /** Of a call that ran and ended: whether the outcome carries the hash that the intent has now. */
  readonly isChained: boolean | undefined;
  readonly isSound: boolean;
}

/**
 * What can be said of a call from its own items. It shows a changed item, and not one that was replaced together with its
 * hash: that only the sealed log shows (verify/).
 */
export function checkCall({ callId, items }: Call): CheckedCall {
  const checked = [...items].map(([phase, item]) => {
    const hash = hashOf(item);
    return { phase, item, hash, isAsHashed: hash === item['hash'], isInPlace: item['pk'] === partitionOf(callId) };
  });
  const outcome = items.get(PHASE.outcome);
  const intent = checked.find(({ phase }) => phase === PHASE.intent);
  const isChained = outcome && outcome['prevPhaseHash'] === intent?.hash;
  const isSound = isChained !== false && checked.every(({ isAsHashed, isInPlace }) => isAsHashed && isInPlace);
  return { items: checked, isChained, isSound };
}

function hashOf(item: Item): string | undefined {
  try {
    return leafHash(item);
  } catch {
    return undefined;
  }
}
