import { createGunzip } from 'node:zlib';
import type { Objects } from '../aws/objects.ts';
import { parseObject } from '../core/json-object.ts';
import { leafHash } from './record.ts';
import { recordDayOf } from './record-objects.ts';

export interface ArchivedLine {
  readonly object: string;
  /** 1, 2, 3 … in its object. */
  readonly line: number;
  readonly text: string;
}

export type Archived =
  | { readonly kind: 'record'; readonly sk: string; readonly record: ArchivedRecord }
  /** Another record of the same call and phase. */
  | { readonly kind: 'conflict'; readonly sk: string; readonly at: ArchivedLine }
  /** The hash that it states is not its own. */
  | { readonly kind: 'changed'; readonly sk: string; readonly at: ArchivedLine }
  | { readonly kind: 'unreadable'; readonly object: string; readonly line: number };

type ArchivedRecord = Readonly<Record<string, unknown>>;

/**
 * The lines of one day of the archive, object by object in the order of their keys, as they are.
 *
 * @param day `yyyy-mm-dd`, of the calls
 * @throws Error when an object is no gzip
 */
export async function* readLines(objects: Objects, day: string): AsyncIterable<ArchivedLine> {
  for await (const { key } of objects.list(`records/dt=${day}/`)) {
    if (recordDayOf(key) !== day) continue;
    const body = (await objects.get(key))?.body;
    if (body === undefined) continue;
    let line = 0;
    for await (const text of linesOf(body)) yield { object: key, line: ++line, text };
  }
}

/**
 * Each record of a day once, also where it was archived twice. What is wrong with a line is said. A record that was changed
 * comes last, and only when there is none of its name that is whole: put in front of the true one it must not hide it.
 */
export async function* readDay(objects: Objects, day: string): AsyncIterable<Archived> {
  const hashes = new Map<string, string>();
  const changed = new Map<string, ArchivedRecord>();
  for await (const at of readLines(objects, day)) {
    const record = parseObject(at.text);
    const sk = record?.['sk'];
    if (record === undefined || typeof sk !== 'string') {
      yield { kind: 'unreadable', object: at.object, line: at.line };
      continue;
    }
    const hash = ownHash(record);
    if (hash === undefined) {
      if (!changed.has(sk)) changed.set(sk, record);
      yield { kind: 'changed', sk, at };
    } else if (!hashes.has(sk)) {
      hashes.set(sk, hash);
      yield { kind: 'record', sk, record };
    } else if (hashes.get(sk) !== hash) {
      yield { kind: 'conflict', sk, at };
    }
  }
  for (const [sk, record] of changed) if (!hashes.has(sk)) yield { kind: 'record', sk, record };
}

/** Recomputed. Undefined when the record states another one, or has values that no record can have. */
function ownHash(record: ArchivedRecord): string | undefined {
  try {
    const hash = leafHash(record);
    return hash === record['hash'] ? hash : undefined;
  } catch {
    return undefined;
  }
}

const LINE_END = 0x0a;

/**
 * The lines of one object, unzipped as they are read. By bytes: what else ends a line is for each version of readline
 * another question, and a line separator within a value is part of its record.
 *
 * @throws Error when it is no gzip, or not whole
 */
async function* linesOf(body: Uint8Array): AsyncIterable<string> {
  const unzipped = createGunzip();
  unzipped.end(body);
  let begun: Buffer[] = [];
  for await (const chunk of unzipped as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]).toString();
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(chunk.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString();
}
