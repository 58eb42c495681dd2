import type { Objects } from '../../aws/objects.ts';
import { claimPath, type Entry, parseClaimObject } from '../log/claim-object.ts';
import { compareRecords, isWithin } from '../log/order.ts';
import type { Seal } from '../log/seal.ts';
import { SealError } from '../log/seal.ts';
import type { Edge } from '../log/tiles.ts';
import type { ArchivedDay } from './day.ts';
import { isoTime, type Report } from './findings.ts';
import type { ReadRecord } from './record-line.ts';

/** The records that a seal covers, as the archive has them, in the order of the log. */
export function recordsOf(
  seal: Seal,
  days: readonly ArchivedDay[],
  late: ReadonlyMap<string, number>,
): readonly ReadRecord[] {
  const found: ReadRecord[] = [];
  if (seal.kind === 'backfill') {
    for (const sk of seal.late ?? []) {
      const record = days.map(({ records }) => records.get(sk)).find((one) => one !== undefined);
      if (record !== undefined) found.push(record);
    }
    return found;
  }
  for (const { records } of days) {
    for (const record of records.values()) {
      if (isWithin(record.sk, seal) && !late.has(record.sk)) found.push(record);
    }
  }
  return found.sort(compareRecords);
}

/**
 * What the sealer claimed for a seal: entries that lead from the tree before it to the signed root are what was sealed,
 * whoever keeps them. Undefined when the object is not there or does not lead there.
 */
export async function claimedEntries(
  objects: Objects,
  seal: Seal,
  before: Edge,
  copy: (edge: Edge) => Edge,
): Promise<readonly Entry[] | undefined> {
  const object = await objects.get(claimPath(seal.n));
  if (object === undefined) return undefined;
  try {
    const { entries } = parseClaimObject(object.body);
    const edge = copy(before);
    for (const { leaf } of entries) edge.append(leaf);
    return edge.root().toString('base64') === seal.root ? entries : undefined;
  } catch (error) {
    if (error instanceof SealError) return undefined;
    throw error;
  }
}

/** Names each difference between what was sealed and what the archive has. */
export function nameDifferences(
  seal: Seal,
  sealed: readonly Entry[],
  archived: readonly ReadRecord[],
  isFresh: boolean,
  report: Report,
): void {
  const where = { seal: seal.n, minute: isoTime(seal.from) };
  const left = new Map(archived.map((record) => [record.sk, record]));
  for (const { sk, leaf } of sealed) {
    const record = left.get(sk);
    const named = { ...where, record: sk, callId: sk.split('#')[0] ?? sk };
    left.delete(sk);
    if (record === undefined && isFresh) {
      report('record-not-archived-yet', { ...named, says: `Record ${sk} is sealed and not in the archive yet.` });
    } else if (record === undefined) {
      report('record-missing', { ...named, says: `Record ${sk} was sealed and is missing.` });
    } else if (!record.leaf.equals(leaf)) {
      const says = `Record ${sk} is not what was sealed.`;
      report('record-changed', { ...named, says, expected: leaf.toString('hex'), actual: record.leaf.toString('hex') });
    }
  }
  for (const [sk, { callId }] of left) {
    report('record-inserted', { ...where, record: sk, callId, says: `Record ${sk} was never sealed in its minute.` });
  }
}
