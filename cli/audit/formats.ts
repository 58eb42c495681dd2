import { CSV_HEAD, callCsv } from '../../shared/audit/export/call-csv.ts';
import { toCloudEvent } from '../../shared/audit/export/cloudevents.ts';
import { toOcsf } from '../../shared/audit/export/ocsf.ts';
import { visibleJson } from '../../shared/audit/export/visible.ts';
import type { Call } from '../../shared/audit/question/question.ts';
import { toRow } from '../../shared/audit/question/row.ts';
import { WrongUsage } from '../failure.ts';

/** A way to write calls one after the other. */
export interface Format {
  readonly head: string;
  /** With its end of line. */
  readonly write: (call: Call) => string;
  /** Says more than an index has. */
  readonly needsAllItems: boolean;
}

const line = (value: unknown) => `${visibleJson(value)}\n`;

/** @param source where the calls are from: the name of the table */
export function formatsOf(source: string): ReadonlyMap<string, Format> {
  return new Map<string, Format>([
    ['json', { head: '', needsAllItems: false, write: (call) => line(toRow(call)) }],
    ['csv', { head: CSV_HEAD, needsAllItems: false, write: callCsv }],
    ['ocsf', { head: '', needsAllItems: true, write: (call) => line(toOcsf(call)) }],
    [
      'cloudevents',
      {
        head: '',
        needsAllItems: true,
        write: (call) => line(toCloudEvent(call, `/gatehouse/${encodeURIComponent(source)}`)),
      },
    ],
    ['jsonl', { head: '', needsAllItems: true, write: writeRecords }],
  ]);
}

/** The records themselves, whole: their hashes can be checked. */
function writeRecords({ items }: Call): string {
  return [...items]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => line(item))
    .join('');
}

/** @throws WrongUsage for more than one */
export function chosenFormat<Name extends string>(
  values: { readonly [N in Name]?: boolean },
  names: readonly Name[],
): Name | undefined {
  const [chosen, another] = names.filter((name) => values[name] === true);
  if (another !== undefined) throw new WrongUsage(`--${chosen} and --${another} exclude each other.`);
  return chosen;
}
