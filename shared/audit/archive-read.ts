import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Objects } from '../aws/objects.ts';
import { parseObject } from '../core/json-object.ts';

export interface ArchivedLine {
  readonly object: string;
  /** 1, 2, 3 … in its object. */
  readonly line: number;
  readonly text: string;
}

export type Archived =
  | { readonly kind: 'record'; readonly sk: string; readonly record: Readonly<Record<string, unknown>> }
  /** Another record of the same call and phase. */
  | { readonly kind: 'conflict'; readonly sk: string; readonly at: ArchivedLine }
  | { readonly kind: 'unreadable'; readonly object: string; readonly line: number };

/**
 * The lines of one day of the archive, object by object in the order of their keys, as they are.
 *
 * @param day `yyyy-mm-dd`, of the calls
 * @throws Error when an object is no gzip
 */
export async function* readLines(objects: Objects, day: string): AsyncIterable<ArchivedLine> {
  for await (const { key } of objects.list(`records/dt=${day}/`)) {
    const body = (await objects.get(key))?.body;
    if (body === undefined) continue;
    let line = 0;
    for await (const text of linesOf(body)) yield { object: key, line: ++line, text };
  }
}

/** Each record of a day once, also where it was archived twice. What is wrong with a line is said and passed over. */
export async function* readDay(objects: Objects, day: string): AsyncIterable<Archived> {
  const hashes = new Map<string, unknown>();
  for await (const at of readLines(objects, day)) {
    const record = parseObject(at.text);
    const sk = record?.['sk'];
    if (record === undefined || typeof sk !== 'string') {
      yield { kind: 'unreadable', object: at.object, line: at.line };
    } else if (!hashes.has(sk)) {
      hashes.set(sk, record['hash']);
      yield { kind: 'record', sk, record };
    } else if (hashes.get(sk) !== record['hash']) {
      yield { kind: 'conflict', sk, at };
    }
  }
}

/** The lines of one object, unzipped as they are read. @throws Error when it is no gzip, or not whole */
async function* linesOf(body: Uint8Array): AsyncIterable<string> {
  const unzipped = Readable.from([body]).pipe(createGunzip());
  const lines = createInterface({ input: unzipped, crlfDelay: Number.POSITIVE_INFINITY });
  // readline does not hand on what its input fails with.
  const failed = new Promise<never>((_, fail) => unzipped.once('error', fail));
  failed.catch(() => lines.close());
  const iterator = lines[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), failed]);
    if (next.done) return;
    yield next.value;
  }
}
