import { EVENT_PHASE } from '../event-record.ts';
import { PHASE } from '../record.ts';
import { type KeptRecord, STATE } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';

export interface PairCheck {
  readonly report: Report;
  /** Calls of which a record is missing or is not what was sealed: told already. */
  readonly suspects: ReadonlySet<string>;
  /** After which no further record can come to this day. */
  readonly isClosed: boolean;
  /** Calls that began after this may still be running. */
  readonly runningSince: number;
  /** When the day is closed. */
  readonly closesAt: number;
}

export interface PairCounts {
  readonly calls: number;
  /** Began a moment ago: their end is not to be expected yet. */
  readonly open: number;
}

/** One decision a call, one outcome for each that was allowed, and the outcome carries the hash of its intent. */
export function checkPairs(records: readonly KeptRecord[], check: PairCheck): PairCounts {
  let [calls, open] = [0, 0];
  for (let at = 0; at < records.length; ) {
    const { callId } = records[at] as KeptRecord;
    let end = at + 1;
    while (records[end]?.callId === callId) end++;
    const own = records.slice(at, end);
    const phases = new Map(own.map((record) => [record.phase, record]));
    const isTold = check.suspects.has(callId) || own.some(({ state }) => state === STATE.wrong);
    calls++;
    if (!isTold && checkCall(callId, phases, check)) open++;
    at = end;
  }
  return { calls, open };
}

/** @returns whether the call is still open, and rightly so */
function checkCall(callId: string, phases: ReadonlyMap<string, KeptRecord>, check: PairCheck): boolean {
  const { report } = check;
  const [intent, outcome] = [phases.get(PHASE.intent), phases.get(PHASE.outcome)];
  const decisions = [intent, phases.get(PHASE.denial), phases.get(EVENT_PHASE)].filter((one) => one !== undefined);
  if (decisions.length > 1) {
    const record = decisions[1]?.sk ?? '';
    report('decision-twice', { callId, record, says: `Call ${callId} was decided more than once.` });
  }
  if (outcome !== undefined && intent === undefined) {
    const says = `Call ${callId} has an outcome and was never allowed: no intent was recorded.`;
    report('outcome-without-intent', { callId, record: outcome.sk, says });
  }
  if (outcome !== undefined && intent !== undefined && outcome.previous !== intent.onTime.toString('hex')) {
    report('outcome-of-another-intent', {
      callId,
      record: outcome.sk,
      says: `The outcome of call ${callId} names another intent than the one recorded.`,
      expected: intent.onTime.toString('hex'),
      actual: outcome.previous ?? 'none',
    });
  }
  return intent !== undefined && outcome === undefined && isOpen(intent, check);
}

function isOpen({ callId, sk, time }: KeptRecord, { report, isClosed, runningSince, closesAt }: PairCheck): boolean {
  if (time > runningSince) return true;
  const where = { callId, record: sk, minute: isoTime(time) };
  if (isClosed) {
    report('outcome-missing', {
      ...where,
      says: `Call ${callId} was allowed and has no outcome, not even that it is unknown.`,
    });
  } else {
    const says = `Call ${callId} has no outcome yet. By ${isoTime(closesAt)} it must have one.`;
    report('outcome-not-there-yet', { ...where, says });
  }
  return false;
}
