import type { Item } from '../../aws/dynamodb.ts';
import type { Call, State } from '../question/question.ts';
import { type AuditRow, lastItem, stateOf, text, toRow } from '../question/row.ts';
import { PHASE } from '../record.ts';

/** A call as the exports need it: the row, and what only the intent, the denial or the event says. */
export interface CallFacts {
  readonly row: AuditRow;
  readonly state: State;
  /** Error code, of what was refused or failed. */
  readonly code: string | undefined;
  /** From the first item that has it. */
  readonly field: (name: string) => string | undefined;
  readonly list: (name: string) => readonly string[] | undefined;
  /** The item that ends it, by which the state is known. */
  readonly last: Item;
}

export function factsOf(call: Call): CallFacts {
  const last = lastItem(call);
  const intent = call.items.get(PHASE.intent);
  const items: readonly Item[] = intent === undefined ? [last] : [last, intent];
  const first = <T>(name: string, read: (value: unknown) => T | undefined | null): T | undefined => {
    for (const item of items) {
      const value = read(item[name]);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  };
  return {
    row: toRow(call),
    state: stateOf(call),
    code: text(last['reason']) ?? text(last['errorType']) ?? undefined,
    field: (name) => first(name, text),
    list: (name) => first(name, (value) => (Array.isArray(value) ? value.map(String) : undefined)),
    last,
  };
}
