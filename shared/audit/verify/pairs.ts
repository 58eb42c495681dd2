import { PHASE } from '../record.ts';
import type { Report } from './findings.ts';
import type { ReadRecord } from './record-line.ts';

/** Longer than a call and the sweeper after it. */
const SETTLED_MS = 10 * 60_000;

/** Of each call: one decision; of an allowed one an outcome that belongs to its intent. `through`: the log's end. */
export function checkPairs(records: Iterable<ReadRecord>, through: number, report: Report): void {
  const calls = new Map<string, Map<string, ReadRecord>>();
  for (const record of records) {
    const phases = calls.get(record.callId) ?? new Map<string, ReadRecord>();
    calls.set(record.callId, phases.set(record.phase, record));
  }
  for (const [callId, phases] of calls) {
    const [intent, outcome] = [phases.get(PHASE.intent), phases.get(PHASE.outcome)];
    const record = `${callId}#${outcome ? PHASE.outcome : PHASE.intent}`;
    if (phases.has(PHASE.denial) && (intent ?? outcome)) {
      report('decision-twice', { callId, says: `Call ${callId} was both denied and allowed.` });
    }
    if (intent && !outcome && intent.time + SETTLED_MS < through) {
      report('outcome-missing', { callId, record, says: `Call ${callId} was allowed and has no outcome.` });
    } else if (intent && !outcome) {
      report('outcome-not-there-yet', {
        callId,
        record,
        says: `Call ${callId} was allowed; its outcome is not sealed yet.`,
      });
    }
    if (outcome && !intent) {
      report('outcome-without-intent', {
        callId,
        record,
        says: `Call ${callId} has an outcome and was never allowed.`,
      });
    }
    if (outcome && intent && outcome.previous !== intent.onTime) {
      const [expected, actual] = [intent.onTime, outcome.previous ?? 'none'];
      const says = `The outcome of call ${callId} belongs to another intent.`;
      report('outcome-of-another-intent', { callId, record, says, expected, actual });
    }
  }
}
