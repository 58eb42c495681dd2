import type { Call, Filters } from './question.ts';
import { kindOf, lastItem, stateOf } from './row.ts';

/** Whether a call is asked for. Before counting: others must not use up a limit and hide older answers. */
export function isAsked(
  call: Call,
  { who, tool, decision, client, reason, state, kinds = ['call'] }: Filters,
): boolean {
  const item = lastItem(call);
  const is = (wanted: string | undefined, ...names: readonly string[]) =>
    wanted === undefined || names.some((name) => item[name] === wanted);
  return (
    kinds.includes(kindOf(call)) &&
    is(who, 'uid') &&
    is(tool, 'tool') &&
    is(client, 'clientId') &&
    is(decision, 'decision') &&
    is(reason, 'reason', 'errorType', 'detail') &&
    (state === undefined || state === stateOf(call))
  );
}
