import type { CallView } from '../view.ts';
import { isUnknown, ofEachCall, type Rule } from './rule.ts';

/** What the caller was told, against what the trail says. */
export const ANSWER_RULES: readonly Rule[] = [
  ofEachCall('told as recorded', 'Each answer says what its record says.', agrees),
];

function agrees(call: CallView): readonly string[] {
  const { told, outcome, denial } = call;
  if (told === undefined) return [];
  if (denial !== undefined && denial.item['reason'] !== told.code)
    return [`was told ${told.code}, and its denial says ${String(denial.item['reason'])}`];
  if (outcome === undefined || told.code === 'OUTCOME_NOT_RECORDED') return [];
  // Nothing was run; a write that was given up came through, and the sweeper closed it.
  if (told.code === 'AUDIT_UNAVAILABLE') return isUnknown(call) ? [] : ['was told AUDIT_UNAVAILABLE, and has an outcome'];
  if (isUnknown(call)) return [`was told ${told.code ?? 'a result'}, and its outcome is unknown`];
  const { isError, errorType } = outcome.item;
  if (isError !== told.isError) return [`was told isError ${told.isError}, and its outcome says ${String(isError)}`];
  if (told.code !== undefined && told.code !== errorType)
    return [`was told ${told.code}, and its outcome says ${String(errorType)}`];
  return [];
}
