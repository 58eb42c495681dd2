import { type Objects, requireKey, type StoredObject } from '../../../shared/aws/objects.ts';
import { type Asked, ask, type Instance, type World } from './world.ts';

/** A bucket, shared by all instances. */
export type Bucket = Map<string, StoredObject & { readonly order: number }>;

const REQUEST_MS = 2000;

/** The bucket as one instance reaches it: written once, behind the same trouble as the database. One attempt. */
export function createObjects(world: World, instance: Instance, bucket: Bucket): Objects {
  const reach = <T>(what: string, key: string, carryOut: () => T) =>
    request(world, instance, { at: 'object', what: `${what} ${key}`, carryOut });
  return {
    putIfAbsent: (key, body, { metadata = {} } = {}) =>
      reach('put object', requireKey(key), () => {
        if (bucket.has(key)) return { created: false };
        bucket.set(key, { body: Uint8Array.from(body), metadata, order: world.tick() });
        return { created: true };
      }),
    get: (key) => reach('get object', requireKey(key), () => bucket.get(key)),
    list: async function* (prefix) {
      const found = await reach('list objects', prefix, () => [...bucket].filter(([key]) => key.startsWith(prefix)));
      for (const [key, { body }] of found.sort(([a], [b]) => (a < b ? -1 : 1))) yield { key, size: body.length };
    },
    hold: (key) => reach('hold object', requireKey(key), () => undefined),
  };
}

/** One request that ends: with an answer, a refusal, or after its time. */
export function request<T>(world: World, instance: Instance, asked: Asked<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (name: string) => reject(Object.assign(new Error(name), { name }));
    const stop = world.time.after(REQUEST_MS, () => fail('TimeoutError'));
    void ask(world, instance, asked).then((reply) => {
      stop();
      if (reply.kind === 'answer') resolve(reply.value);
      else fail(reply.kind);
    });
  });
}
