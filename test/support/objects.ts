import { type Metadata, type Objects, requireKey } from '../../shared/aws/objects.ts';

export type ObjectOperation = 'put' | 'get' | 'list' | 'hold';

export interface MemoryObjects {
  readonly objects: Objects;
  readonly stored: Map<string, { readonly body: Uint8Array; readonly metadata: Metadata }>;
  readonly held: Set<string>;
  /** Called before (and after) an operation takes effect; what it throws is what the operation rejects with. */
  fault: ((operation: ObjectOperation, key: string, when: 'before' | 'after') => void) | undefined;
}

/** A bucket in this process. */
export function createMemoryObjects(): MemoryObjects {
  const stored: MemoryObjects['stored'] = new Map();
  const held = new Set<string>();
  const around = async <T>(operation: ObjectOperation, key: string, work: () => T): Promise<T> => {
    await new Promise(setImmediate);
    memory.fault?.(operation, key, 'before');
    const result = work();
    memory.fault?.(operation, key, 'after');
    return result;
  };
  const memory: MemoryObjects = {
    stored,
    held,
    fault: undefined,
    objects: {
      putIfAbsent: async (key, body, { metadata = {} } = {}) =>
        around('put', requireKey(key), () => {
          if (stored.has(key)) return { created: false };
          stored.set(key, { body: Uint8Array.from(body), metadata });
          return { created: true };
        }),
      get: async (key) => around('get', requireKey(key), () => stored.get(key)),
      list: async function* (prefix) {
        await around('list', prefix, () => undefined);
        for (const key of [...stored.keys()].sort()) {
          if (key.startsWith(prefix)) yield { key, size: stored.get(key)?.body.length ?? 0 };
        }
      },
      hold: async (key, on) => around('hold', requireKey(key), () => void (on ? held.add(key) : held.delete(key))),
    },
  };
  return memory;
}
