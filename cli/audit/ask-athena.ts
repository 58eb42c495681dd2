import { setTimeout as pause } from 'node:timers/promises';
import { athenaQuestion, callOfRow, NotForAthena } from '../../shared/audit/question/athena-question.ts';
import type { Call, Filters, Range } from '../../shared/audit/question/question.ts';
import { askAthena } from '../../shared/aws/athena.ts';
import { createSignedPost } from '../../shared/aws/signed-post.ts';
import { sentenceOf } from '../aws-failure.ts';
import { Failure, WrongUsage } from '../failure.ts';
import type { Trail } from './trail.ts';

export interface Answered {
  readonly calls: readonly Call[];
  /** How to get the rest; absent when there is none. */
  readonly more: string | undefined;
}

/** @throws WrongUsage for what does not go together with `--athena` */
export function checkAthena(values: Readonly<Record<string, unknown>>): void {
  for (const name of ['local', 'table', 'archive', 'cursor', 'ocsf', 'cloudevents', 'no-index'] as const) {
    if (values[name] !== undefined) throw new WrongUsage(`--athena and --${name} exclude each other.`);
  }
}

interface Question {
  readonly filters: Filters;
  readonly range: Range;
  readonly limit: number;
}

/** @throws Failure with what Athena says */
export async function askInAthena({ named }: Trail, { filters, range, limit }: Question): Promise<Answered> {
  const [workGroup, database] = [await named('AuditWorkGroup'), await named('AuditDatabase')];
  const calls: Call[] = [];
  try {
    // One more than is shown: whether there is more.
    const query = athenaQuestion(filters, range, limit + 1);
    const post = createSignedPost({ post: fetch, env: process.env });
    for await (const row of askAthena(query, { post, workGroup, database, sleep: pause })) calls.push(callOfRow(row));
  } catch (error) {
    if (error instanceof NotForAthena) throw new WrongUsage(error.message);
    throw new Failure(sentenceOf(error));
  }
  const more =
    calls.length > limit ? 'Ask with --until the time of the last line, or with a larger --limit.' : undefined;
  return { calls: calls.slice(0, limit), more };
}
