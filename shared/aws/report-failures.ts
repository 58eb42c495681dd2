import type { Log } from '../core/logger.ts';
import type { Dependency } from '../core/metrics.ts';
import type { Dynamo } from './dynamodb.ts';
import type { Within } from './end-within.ts';
import type { Kms } from './kms.ts';

/** The same database; each operation that fails is also logged and counted under the name of its table. */
export function reportFailures(dynamo: Dynamo, tables: ReadonlyMap<string, Dependency>, log: Log): Dynamo {
  const reported = reporter((table) => tables.get(table), log);
  return {
    get: reported(dynamo.get),
    putIfAbsent: reported(dynamo.putIfAbsent),
    put: reported(dynamo.put),
    delete: reported(dynamo.delete),
    query: reported(dynamo.query),
  };
}

export function reportKmsFailures(kms: Kms, log: Log): Kms {
  const reported = reporter(() => 'kms', log);
  return {
    generateKeyPair: reported(kms.generateKeyPair),
    encrypt: reported(kms.encrypt),
    decrypt: reported(kms.decrypt),
    sign: reported(kms.sign),
    publicKey: reported(kms.publicKey),
  };
}

/** `dependencyOf`: by the first argument of an operation, which is what it is about. */
function reporter(dependencyOf: (about: string) => Dependency | undefined, log: Log) {
  return <Args extends readonly [string, ...unknown[]], Result>(operation: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      try {
        return await operation(...args);
      } catch (error) {
        const dependency = dependencyOf(args[0]);
        if (dependency !== undefined && wasAsked(args.at(-1)))
          log.warn('dependency.failed', { dependency, ...describe(error) });
        throw error;
      }
    };
}

/** A caller without time left was turned away before the table was asked: that says nothing about the table. */
function wasAsked(options: unknown): boolean {
  const { withinMs } = (typeof options === 'object' && options !== null ? options : {}) as Within;
  return withinMs === undefined || withinMs > 0;
}

/** The class, and why DynamoDB throttled. Never the message, which may quote an item. */
function describe(error: unknown) {
  if (!(error instanceof Error)) return { error: typeof error };
  const { ThrottlingReasons, throttlingReasons = ThrottlingReasons } = error as Throttled;
  return { error: error.name, throttled: throttlingReasons?.[0]?.reason };
}

/** Two exceptions of the SDK name it differently. */
interface Throttled {
  readonly throttlingReasons?: ReadonlyArray<{ readonly reason?: string }>;
  readonly ThrottlingReasons?: ReadonlyArray<{ readonly reason?: string }>;
}
