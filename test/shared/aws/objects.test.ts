import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Objects } from '../../../shared/aws/objects.ts';
import { createFolderObjects } from '../../../shared/aws/objects-folder.ts';
import { openArchive } from '../../../shared/aws/open-archive.ts';
import { createMemoryObjects } from '../../support/objects.ts';

const work = mkdtempSync(join(tmpdir(), 'gatehouse-objects-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

let folders = 0;
const stores: ReadonlyArray<readonly [string, () => Objects]> = [
  ['a folder', () => createFolderObjects(join(work, String(folders++)))],
  ['memory', () => createMemoryObjects().objects],
];

async function keysOf(objects: Objects, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
}

describe.each(stores)('Objects in %s', (_name, open) => {
  test('come back as they were put, with their metadata', async () => {
    const objects = open();
    expect(await objects.putIfAbsent('a/b.json', Buffer.from('one'), { metadata: { count: '1' } })).toEqual({
      created: true,
    });
    const { body, metadata } = (await objects.get('a/b.json')) ?? {};
    expect([Buffer.from(body ?? []).toString(), metadata]).toEqual(['one', { count: '1' }]);
  });

  test('are never replaced, and keep the metadata of the first', async () => {
    const objects = open();
    await objects.putIfAbsent('a', Buffer.from('one'), { metadata: { count: '1' } });
    expect(await objects.putIfAbsent('a', Buffer.from('two'), { metadata: { count: '2' } })).toEqual({
      created: false,
    });
    const { body, metadata } = (await objects.get('a')) ?? {};
    expect([Buffer.from(body ?? []).toString(), metadata]).toEqual(['one', { count: '1' }]);
  });

  test('are made by exactly one of many writers at once', async () => {
    const objects = open();
    const made = await Promise.all(Array.from({ length: 20 }, (_, i) => objects.putIfAbsent('x/y', Buffer.from([i]))));
    expect(made.filter(({ created }) => created)).toHaveLength(1);
  });

  test('that are not there are undefined', async () => {
    expect(await open().get('nothing/here')).toBeUndefined();
  });

  test('are listed by prefix in the order of their keys, with their size', async () => {
    const objects = open();
    for (const key of ['b/2.json', 'a.txt', 'a/1', 'b/10.json', 'b-1', 'c']) {
      await objects.putIfAbsent(key, Buffer.from('123'), { metadata: { of: key } });
    }
    expect(await keysOf(objects, '')).toEqual(['a.txt', 'a/1', 'b-1', 'b/10.json', 'b/2.json', 'c']);
    expect(await keysOf(objects, 'b/')).toEqual(['b/10.json', 'b/2.json']);
    expect(await keysOf(objects, 'b/1')).toEqual(['b/10.json']);
    expect(await keysOf(objects, 'nothing/')).toEqual([]);
    for await (const { size } of objects.list('c')) expect(size).toBe(3);
  });

  test.each(['', '/a', 'a/', '../a', 'a/../b', './a', 'a//b', 'a b', 'a\\b', 'a~b', 'ä', `${'a'.repeat(513)}`])(
    'have no key such as "%s"',
    async (key) => {
      const objects = open();
      await expect(objects.putIfAbsent(key, Buffer.from('x'))).rejects.toThrow('an object has a key');
      await expect(objects.get(key)).rejects.toThrow('an object has a key');
    },
  );
});

test('A folder has no half-written object, also when many write at once', async () => {
  const directory = join(work, 'many');
  const objects = createFolderObjects(directory);
  await Promise.all(Array.from({ length: 10 }, (_, i) => objects.putIfAbsent('one', Buffer.alloc(100_000, i))));
  expect(readdirSync(directory)).toEqual(['one']);
});

test('An archive is a folder, or a bucket by its URL; an S3 URL without a bucket is refused with an example', () => {
  expect(() => openArchive('s3://')).toThrow('s3:// names no bucket. Example: s3://acme-audit-archive');
  expect(() => openArchive('S3://UPPER')).toThrow('names no bucket');
  expect(openArchive('s3://acme-audit/some/prefix/')).toBeDefined();
  expect(openArchive(work)).toBeDefined();
});
