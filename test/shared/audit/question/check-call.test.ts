import { expect, test } from '@jest/globals';
import { lateCopy } from '../../../../shared/audit/late.ts';
import { checkCall } from '../../../../shared/audit/question/check-call.ts';
import { type AuditRecord, leafHash } from '../../../../shared/audit/record.ts';
import type { Item } from '../../../../shared/aws/dynamodb.ts';
import { NOW } from '../../../support/config.ts';
import { callIdOf, recordsOf } from '../../../support/synthetic-trail.ts';

const CALL = { at: NOW, end: 'ok' } as const;
const [INTENT = {}, OUTCOME = {}] = recordsOf(CALL) as readonly Item[];
const LATE = lateCopy(INTENT as AuditRecord) as Item;

function check(items: Readonly<Record<string, Item>>) {
  const {
    items: checked,
    isChained,
    isSound,
  } = checkCall({ callId: callIdOf(CALL), items: new Map(Object.entries(items)) });
  return [checked.map(({ isAsHashed, isInPlace }) => isAsHashed && isInPlace), isChained, isSound];
}

test.each<readonly [string, Readonly<Record<string, Item>>, readonly unknown[]]>([
  ['a call as it was written', { 0: INTENT, 1: OUTCOME }, [[true, true], true, true]],
  ['a call that has not ended', { 0: INTENT }, [[true], undefined, true]],
  ['a call whose intent came by the second sink', { 0: LATE, 1: OUTCOME }, [[true, true], true, true]],
  [
    'a call that came by it as a whole',
    { 0: LATE, 1: lateCopy(OUTCOME as AuditRecord) as Item },
    [[true, true], true, true],
  ],
  ['an intent that is said to be late', { 0: { ...INTENT, late: true }, 1: OUTCOME }, [[false, true], true, false]],
  [
    'a late intent that was changed with its hash',
    { 0: lateCopy(rehashed() as AuditRecord) as Item, 1: OUTCOME },
    [[true, true], false, false],
  ],
  ['a field that was changed', { 0: INTENT, 1: { ...OUTCOME, isError: true } }, [[true, false], true, false]],
  ['a field that was added', { 0: { ...INTENT, note: 'x' }, 1: OUTCOME }, [[false, true], false, false]],
  ['an intent that was changed with its hash', { 0: rehashed(), 1: OUTCOME }, [[true, true], false, false]],
  ['an outcome without its intent', { 1: OUTCOME }, [[true], false, false]],
  ['an outcome that names no intent, without one', { 1: unchained() }, [[true], false, false]],
  [
    'a value that no record can have, without a hash',
    { 0: { ts: Number.NaN, pk: INTENT['pk'] } },
    [[false], undefined, false],
  ],
  [
    'an item in another partition',
    { 0: { ...INTENT, pk: 'D#20260101#00' }, 1: OUTCOME },
    [[false, true], false, false],
  ],
  ['a value that no record can have', { 0: { ...INTENT, ts: Number.NaN }, 1: OUTCOME }, [[false, true], false, false]],
])('%s: sound items, chain, verdict', (_name, items, expected) => {
  expect(check(items)).toEqual(expected);
});

function rehashed(): Item {
  return recordsOf({ ...CALL, client: 'other' })[0] as Item;
}

function unchained(): Item {
  const { prevPhaseHash: _prevPhaseHash, ...rest } = OUTCOME;
  return { ...rest, hash: leafHash(rest) };
}
