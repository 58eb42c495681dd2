import type { History } from '../run-history.ts';
import type { CallView, View } from '../view.ts';
import { isUnknown, ofEachCall, type Rule } from './rule.ts';

/** What the caller was told, against what the trail says. */
export const ANSWER_RULES: readonly Rule[] = [
  ofEachCall('told as recorded', 'Each answer says what its record says.', agrees),
];

/** Thrown before anything ran: the answer stays what it is when its outcome is lost. */
const NOTHING_RAN: ReadonlySet<string | undefined> = new Set(['INPUT_UNSUPPORTED', 'STATE_UNAVAILABLE']);

/**
 * An outcome that only sink B took may be an answer all the same: in the mode `available`, and where nothing ran. Where its
 * line came after the sweeper, or never, the record is unknown, and an alarm has what it should have been. Where nothing
 * ran the sweeper may also have been there before sink A was asked.
 */
function isContradicted({ lines, delivery, callIds, told }: CallView, { world }: History): boolean {
  const isInSinkB = lines.some(({ event }) => event === 'audit.fallback');
  const isAlarmed = world.lines.some(
    ({ event, fields }) => event === 'audit.conflict' && callIds.includes(String(fields['callId'])),
  );
  if (NOTHING_RAN.has(told?.code) && isAlarmed) return true;
  const mayBeAnswered = delivery.call.action === 'peek' || NOTHING_RAN.has(told?.code);
  return mayBeAnswered && isInSinkB && (isAlarmed || delivery.actor.hits.has('line lost'));
}

function agrees(call: CallView, { history }: View): readonly string[] {
  const { told, outcome, denial } = call;
  if (told === undefined) return [];
  if (denial !== undefined && denial.item['reason'] !== told.code)
    return [`was told ${told.code}, and its denial says ${String(denial.item['reason'])}`];
  if (outcome === undefined || told.code === 'OUTCOME_NOT_RECORDED') return [];
  // Nothing was run; a write that was given up came through, and the sweeper closed it.
  if (told.code === 'AUDIT_UNAVAILABLE')
    return isUnknown(call) ? [] : ['was told AUDIT_UNAVAILABLE, and has an outcome'];
  if (isUnknown(call) && isContradicted(call, history)) return [];
  if (isUnknown(call)) return [`was told ${told.code ?? 'a result'}, and its outcome is unknown`];
  const { isError, errorType } = outcome.item;
  if (isError !== told.isError) return [`was told isError ${told.isError}, and its outcome says ${String(isError)}`];
  if (told.code !== undefined && told.code !== errorType)
    return [`was told ${told.code}, and its outcome says ${String(errorType)}`];
  return [];
}
