/** Work on a few at once, results in the order of the items: no more than `width` are held. */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const under: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Awaited in its turn; until then a failure must not count as unhandled.
    result.catch(() => undefined);
    under.push(result);
    if (under.length >= width) yield (await under.shift()) as R;
  }
  for (const result of under) yield await result;
}
