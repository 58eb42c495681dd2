import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ListedObject, type Metadata, type Objects, requireKey } from './objects.ts';

/** Beside an object, what a bucket keeps with it. A key cannot end so: listings leave these files out. */
const METADATA = '.~metadata';
const HELD = '.~held';

/**
 * A folder as a store of objects: a copy of a bucket to verify offline, or local development's stand-in for one. It is
 * write-once by this code only; whoever owns the folder can change it.
 */
export function createFolderObjects(directory: string): Objects {
  const pathOf = (key: string) => join(directory, ...requireKey(key).split('/'));
  return {
    putIfAbsent: async (key, body, { metadata } = {}) => {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      // Metadata first: an object that is there has all that belongs to it.
      if (metadata !== undefined && (await isAbsent(path))) {
        await createWhole(`${path}${METADATA}`, JSON.stringify(metadata));
      }
      return { created: await createWhole(path, body) };
    },
    get: async (key) => {
      const path = pathOf(key);
      const body = await orAbsent(readFile(path));
      if (body === undefined) return undefined;
      const metadata = await orAbsent(readFile(`${path}${METADATA}`, 'utf8'));
      return { body, metadata: metadata === undefined ? {} : (JSON.parse(metadata) as Metadata) };
    },
    list: (prefix) => listed(directory, '', prefix),
    hold: async (key, on) => {
      const path = pathOf(key);
      await stat(path);
      if (on) await writeFile(`${path}${HELD}`, '');
      else await rm(`${path}${HELD}`, { force: true });
    },
  };
}

async function* listed(directory: string, at: string, prefix: string): AsyncIterable<ListedObject> {
  const entries = (await orAbsent(readdir(join(directory, at), { withFileTypes: true }))) ?? [];
  // By whole keys, as a bucket lists: a directory `a` comes where `a/` does, after `a.txt`.
  const named = entries.map((entry) => [keyOf(at, entry), entry] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, entry] of named) {
    if (entry.isDirectory()) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* listed(directory, key, prefix);
    } else if (key.startsWith(prefix) && !key.includes('~')) {
      yield { key, size: (await stat(join(directory, key))).size };
    }
  }
}

function keyOf(at: string, entry: Dirent): string {
  return `${at}${entry.name}${entry.isDirectory() ? '/' : ''}`;
}

/** Under its name it is there whole or not at all, and only for the first of several writers. */
async function createWhole(path: string, body: Uint8Array | string): Promise<boolean> {
  const partial = `${path}.~${randomUUID()}`;
  await writeFile(partial, body);
  try {
    await link(partial, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(partial, { force: true });
  }
}

async function isAbsent(path: string): Promise<boolean> {
  return (await orAbsent(stat(path))) === undefined;
}

async function orAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
