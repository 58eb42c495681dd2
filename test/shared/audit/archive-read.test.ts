import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDay, readLines } from '../../../shared/audit/archive-read.ts';
import { leafHash } from '../../../shared/audit/record.ts';
import { canonicalJson } from '../../../shared/core/canonical-json.ts';
import { createMemoryObjects } from '../../support/objects.ts';
import { callAt } from '../../support/sealing.ts';

const DAY = '2026-11-25';

/** An archive of one day; the objects are `0.jsonl.gz`, `1.jsonl.gz` … */
function archiveOf(...texts: readonly string[]) {
  const { objects, stored } = createMemoryObjects();
  for (const [at, text] of texts.entries()) {
    stored.set(`records/dt=${DAY}/${at}.jsonl.gz`, { body: gzipSync(text), metadata: {} });
  }
  return { objects, stored };
}

async function textsIn({ objects }: ReturnType<typeof archiveOf>): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { text } of readLines(objects, DAY)) texts.push(text);
  return texts;
}

describe('A line of the archive', () => {
  test.each([
    ['a line separator', '{"a":"b\u2028c"}'],
    ['a paragraph separator', '{"a":"b\u2029c"}'],
    ['a carriage return', '{"a":"b\rc"}'],
    ['a next line', '{"a":"b\u0085c"}'],
    ['a form feed', '{"a":"b\fc"}'],
  ])('ends at a line feed and not at %s, whatever the runtime thinks a line is', async (_name, line) => {
    expect(await textsIn(archiveOf(`${line}\n${line}\n`))).toEqual([line, line]);
  });

  test('is whole when it lies over many chunks, with characters of several bytes at every border', async () => {
    const long = (length: number) => 'ä€𝄞'.repeat(length);
    const lines = [long(1), long(40_000), '', long(1820), long(1821), long(90_000)];
    expect(await textsIn(archiveOf(`${lines.join('\n')}\n`))).toEqual(lines);
  });

  test('is one without its end too, and none of nothing', async () => {
    expect(await textsIn(archiveOf('a\nb', '', '\n'))).toEqual(['a', 'b', '']);
  });

  test('is what was written, for any texts', async () => {
    const text = fc.string({ unit: 'grapheme' }).map((any) => any.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (lines) => {
        expect(await textsIn(archiveOf(lines.map((line) => `${line}\n`).join('')))).toEqual(lines);
      }),
    );
  });
});

test('An object that was cut off is an error of the reader and not a shorter day', async () => {
  const archive = archiveOf('');
  const whole = gzipSync(`${'a'.repeat(100)}\n`.repeat(10));
  archive.stored.set(`records/dt=${DAY}/0.jsonl.gz`, { body: whole.subarray(0, -9), metadata: {} });
  await expect(textsIn(archive)).rejects.toThrow('unexpected end of file');
});

describe('A record with which another of the same name lies', () => {
  const record = callAt(Date.parse(`${DAY}T12:00:00Z`), 'denied')[0]!;
  const changed = { ...record, subject: 'mallory', decision: 'allowed' };
  const rehashed = { ...changed, hash: leafHash(changed) };
  const odd = { ...record, subject: { nested: 'x' } };

  async function read(...records: readonly object[]) {
    const { objects } = archiveOf(...records.map((one) => `${JSON.stringify(one)}\n`));
    const found: string[] = [];
    for await (const one of readDay(objects, DAY)) {
      found.push(one.kind === 'record' ? `record of ${String(one.record['subject'])}` : one.kind);
    }
    return found;
  }

  test.each([
    ['that states the same hash and is not the same, in front', [changed, record], ['changed', 'record of alice']],
    ['that states the same hash and is not the same, behind', [record, changed], ['record of alice', 'changed']],
    ['that has a hash of its own', [record, rehashed], ['record of alice', 'conflict']],
    ['that has no hash at all', [{ ...changed, hash: undefined }, record], ['changed', 'record of alice']],
    ['with values that no record can have', [odd, record], ['changed', 'record of alice']],
    ['that is the same', [record, record], ['record of alice']],
  ])('%s, is told and is not hidden', async (_name, records, found) => {
    expect(await read(...records)).toEqual(found);
  });

  test('alone is told to be changed and is still shown, for whoever looks for it', async () => {
    expect(await read(changed)).toEqual(['changed', 'record of mallory']);
    expect(await read(changed, odd, changed)).toEqual(['changed', 'changed', 'changed', 'record of mallory']);
  });

  test('is the same record in any order of its members', async () => {
    expect(await read(record, JSON.parse(canonicalJson(record)))).toEqual(['record of alice']);
  });
});
