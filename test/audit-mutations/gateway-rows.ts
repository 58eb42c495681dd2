import type { AuditRecord } from '../../shared/audit/record.ts';
import { PHASE } from '../../shared/audit/record.ts';
import { callAt } from '../support/sealing.ts';
import { rehashed } from './archive.ts';
import type { Mutation } from './mutation.ts';

const phaseOf = ({ sk }: AuditRecord) => sk.slice(-1);
const ofDay = (day: string) => (record: AuditRecord) => record.pk.startsWith(`D#${day}#`);
const named = ({ sk, callId }: AuditRecord) => ({ record: sk, callId });

/** What a gateway with a defect writes, and is then honestly sealed: every hash is right, and the story is not. */
function defect(
  name: string,
  found: Mutation['found'],
  isWanted: (record: AuditRecord) => boolean,
  change: (record: AuditRecord) => { readonly instead: readonly AuditRecord[]; readonly named: AuditRecord },
): Mutation {
  return {
    name,
    found,
    apply: () => ({}),
    written: (records, pick) => {
      const one = pick(records.filter((record) => isWanted(record) && record.errorType !== 'UNKNOWN'));
      const { instead, named: told } = change(one);
      return { records: records.flatMap((record) => (record === one ? instead : [record])), named: named(told) };
    },
  };
}

export const GATEWAY_ROWS: readonly Mutation[] = [
  defect(
    'a call ran without an intent',
    'outcome-without-intent',
    (record) => phaseOf(record) === PHASE.outcome,
    (outcome) => {
      const [, other] = callAt(Date.parse('2026-11-24T23:30:01Z'));
      if (!other) throw new Error('no call');
      return { instead: [outcome, other], named: other };
    },
  ),
  {
    name: 'a call was allowed and never ended, and its day is closed',
    found: 'outcome-missing',
    apply: () => ({}),
    written: (records, pick) => {
      const one = pick(records.filter((record) => phaseOf(record) === PHASE.outcome && ofDay('20261124')(record)));
      return { records: records.filter((record) => record !== one), named: { callId: one.callId } };
    },
  },
  {
    name: 'a call was allowed and has not ended, and its day is open',
    found: 'outcome-not-there-yet',
    apply: () => ({}),
    written: (records, pick) => {
      const late = records.filter((record) => phaseOf(record) === PHASE.outcome && ofDay('20261125')(record));
      const one = pick(late.slice(0, -20));
      return { records: records.filter((record) => record !== one), named: { callId: one.callId } };
    },
  },
  defect(
    'an outcome names another intent',
    'outcome-of-another-intent',
    (record) => phaseOf(record) === PHASE.outcome,
    (outcome) => {
      const other = rehashed({ ...outcome, prevPhaseHash: 'b'.repeat(64) });
      return { instead: [other], named: other };
    },
  ),
  defect(
    'a call was denied and ran',
    'decision-twice',
    (record) => phaseOf(record) === PHASE.intent,
    (intent) => {
      const denial = rehashed({ ...intent, sk: `${intent.callId}#${PHASE.denial}`, decision: 'denied' });
      return { instead: [intent, denial], named: denial };
    },
  ),
];
