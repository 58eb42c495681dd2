import type { Entry } from '../log/claim-object.ts';
import { type KeptRecord, STATE } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';
import type { TrustedSeal } from './seal-reader.ts';

export interface Expected {
  readonly leaf: Buffer;
  /** Known when the sealer's own list is there. */
  readonly sk?: string;
}

export interface Difference {
  readonly seal: TrustedSeal;
  /** What was signed, in order. */
  readonly expected: readonly Expected[];
  /** What the archive has, in order. */
  readonly actual: readonly KeptRecord[];
  /** The archive may still be behind what this seal covers. */
  readonly mayLag: boolean;
  /** Calls of which a record is wrong or missing: their pairs need no further finding. */
  readonly suspects: Set<string>;
  readonly report: Report;
}

/** Names what is different between the sealed hashes and the archive's records. Records that agree are marked as sealed. */
export function explain(difference: Difference): void {
  const { expected, actual } = difference;
  const bySk = new Map(actual.map((record) => [record.sk, record]));
  if (expected.every(({ sk }) => sk !== undefined)) {
    explainNamed(difference, expected as readonly Entry[], bySk);
  } else {
    explainByHash(difference);
  }
}

function explainNamed(difference: Difference, expected: readonly Entry[], bySk: ReadonlyMap<string, KeptRecord>): void {
  expected.forEach(({ sk, leaf }, at) => {
    const record = bySk.get(sk);
    if (record === undefined) missing(difference, at, sk, undefined);
    else if (record.leaf.equals(leaf)) markSealed(record);
    else changed(difference, at, record);
  });
}

/** Without names: both are in one order, so what lies between two hashes that agree is what differs. */
function explainByHash(difference: Difference): void {
  const { expected, actual } = difference;
  const places = new Map(expected.map(({ leaf }, at) => [leaf.toString('hex'), at]));
  let [nextExpected, nextActual] = [0, 0];
  const flush = (untilExpected: number, untilActual: number) => {
    while (nextExpected < untilExpected && nextActual < untilActual) {
      const record = actual[nextActual++];
      if (record) changed(difference, nextExpected, record);
      nextExpected++;
    }
    for (; nextExpected < untilExpected; nextExpected++) {
      missing(difference, nextExpected, undefined, neighbours(actual, nextActual));
    }
    nextActual = untilActual;
  };
  actual.forEach((record, at) => {
    const place = places.get(record.leaf.toString('hex'));
    if (place === undefined || place < nextExpected) return;
    flush(place, at);
    markSealed(record);
    [nextExpected, nextActual] = [place + 1, at + 1];
  });
  flush(expected.length, actual.length);
}

function neighbours(actual: readonly KeptRecord[], at: number): string {
  const [before, after] = [actual[at - 1]?.sk ?? 'the start of the window', actual[at]?.sk ?? 'its end'];
  return ` It lay between ${before} and ${after}.`;
}

function missing(
  { seal, expected, mayLag, suspects, report }: Difference,
  at: number,
  sk: string | undefined,
  hint: string | undefined,
): void {
  const callId = sk?.slice(0, sk.indexOf('#'));
  if (callId !== undefined) suspects.add(callId);
  const name = sk === undefined ? 'A record' : `Record ${sk}`;
  const where = {
    seal: seal.n,
    minute: isoTime(seal.from),
    leaf: seal.first + at,
    ...(sk !== undefined && callId !== undefined ? { callId, record: sk } : {}),
    expected: expected[at]?.leaf.toString('hex') ?? '',
    actual: 'none',
  };
  if (mayLag)
    report('record-not-archived-yet', { ...where, says: `${name} is sealed and not in the archive yet.${hint ?? ''}` });
  else report('record-missing', { ...where, says: `${name} was sealed and is not in the archive.${hint ?? ''}` });
}

function changed({ seal, expected, suspects, report }: Difference, at: number, record: KeptRecord): void {
  suspects.add(record.callId);
  // Its own hash was wrong already, and that was told.
  if (record.state === STATE.wrong) return;
  record.state = STATE.wrong;
  report('record-changed', {
    object: record.object,
    seal: seal.n,
    minute: isoTime(seal.from),
    leaf: seal.first + at,
    callId: record.callId,
    record: record.sk,
    says: `Record ${record.sk} is not the one that was sealed.`,
    expected: expected[at]?.leaf.toString('hex') ?? '',
    actual: record.leaf.toString('hex'),
  });
}

export function markSealed(record: KeptRecord): void {
  if (record.state === STATE.unsealed) record.state = STATE.sealed;
}
