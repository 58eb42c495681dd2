import type { Call } from './question.ts';

/** Calls of several partitions in the order of time. Each partition is in that order itself. */
export async function* mergeCalls(
  partitions: ReadonlyArray<AsyncGenerator<Call, void>>,
  isNewestFirst: boolean,
): AsyncGenerator<Call, void> {
  const heads = (await Promise.all(partitions.map(advance))).filter((head) => head !== undefined);
  const comesBefore = (a: string, b: string) => (isNewestFirst ? a > b : a < b);
  while (heads.length > 0) {
    let next = 0;
    for (let at = 1; at < heads.length; at++) {
      if (comesBefore(heads[at]?.call.callId ?? '', heads[next]?.call.callId ?? '')) next = at;
    }
    const head = heads[next];
    if (head === undefined) return;
    yield head.call;
    const following = await advance(head.source);
    if (following === undefined) heads.splice(next, 1);
    else heads[next] = following;
  }
}

async function advance(source: AsyncGenerator<Call, void>) {
  const { value, done } = await source.next();
  return done || value === undefined ? undefined : { call: value, source };
}
