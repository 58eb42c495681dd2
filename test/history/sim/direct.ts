import { DYNAMO_LIMITS, type Dynamo, type PutResult } from '../../../shared/aws/dynamodb.ts';
import { endWithin, type Within } from '../../../shared/aws/end-within.ts';
import { createOperations, type PlaceOf } from './operations.ts';
import { REQUEST_MS } from './wire.ts';
import { type Asked, ask, type Instance, type World } from './world.ts';

/**
 * What the SDK's client does with an operation, without the SDK: two attempts with a pause between them, a limit for each
 * and one for all. A tenth of its price, for the functions beside the handler.
 */
export function createDirect(world: World, instance: Instance, placeOf: PlaceOf): Dynamo {
  const operations = createOperations(world, instance, placeOf);
  const attempt = <T>(asked: Asked<T>) =>
    new Promise<T>((resolve, reject) => {
      const fail = (name: string) => reject(Object.assign(new Error(name), { name }));
      const stop = world.time.after(REQUEST_MS, () => fail('TimeoutError'));
      void ask(world, instance, asked).then((reply) => {
        stop();
        if (reply.kind === 'answer') resolve(reply.value);
        else fail(NAMES[reply.kind]);
      });
    });
  const run = <T>(within: Within | undefined, asked: Asked<T>): Promise<T> => {
    const { withinMs = DYNAMO_LIMITS.totalMs } = within ?? {};
    return endWithin(Math.min(withinMs, DYNAMO_LIMITS.totalMs), async (abort) => {
      try {
        return await attempt(asked);
      } catch (error) {
        await world.time.sleep(world.random() * PAUSE_MS);
        if (abort.aborted) throw error;
        return attempt(asked);
      }
    });
  };
  return {
    get: (table, key, options) => run(options, operations.get(table, key, options?.consistent === true)),
    putIfAbsent: (table, item, options) => {
      const put = { item: withoutUndefined(item), ifAbsent: true, orExpiredAt: options?.orExpiredAt };
      return run(options, operations.put(table, put)) as Promise<PutResult>;
    },
    put: async (table, item, options) => {
      await run(options, operations.put(table, { item: withoutUndefined(item), ifAbsent: false }));
    },
    delete: (table, key, options) => run(options, operations.delete(table, key)),
    query: async (table, input) => {
      const { items, cursor } = await run(input, operations.query(table, input));
      return { items, cursor };
    },
  };
}

const PAUSE_MS = 50;
const NAMES = {
  throttled: 'ProvisionedThroughputExceededException',
  failed: 'InternalServerError',
  reset: 'ECONNRESET',
} as const;

function withoutUndefined<T extends object>(item: T): T {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as T;
}
