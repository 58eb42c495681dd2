import type { Dynamo } from '../aws/dynamodb.ts';
import type { AuditKey } from '../core/audit-key.ts';
import { canonicalJson, NotCanonical } from '../core/canonical-json.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { uuidv7Time } from '../core/ids.ts';
import type { JsonObject } from '../core/json-object.ts';
import { type ArgumentFields, type AuditLevel, describeArguments } from './arguments.ts';
import { type CallKey, rememberCallKeys } from './call-key.ts';
import { monthOf } from './item-keys.ts';
import { createMonthKeys } from './month-keys.ts';

/** What a call brings along that the trail keeps something of. */
export interface GivenArguments {
  readonly callId: string;
  readonly args: JsonObject;
  readonly level: AuditLevel;
  /** Of the user; undefined when there is no user or the user has none. */
  readonly auditKey: AuditKey | undefined;
  /** The names of arguments that what was called has; undefined when it is nothing of ours. */
  readonly names: ReadonlySet<string> | undefined;
}

export interface KeptArguments {
  readonly fields: ArgumentFields;
  /** The digest of a result under the same key; undefined without a key, or when the result has no canonical JSON. */
  digest(result: unknown): string | undefined;
}

export interface ArgumentKeeper {
  /**
   * `until`: epoch milliseconds. Without the month's key: `orNothing` keeps nothing and says so in the record; else the
   * call must not run, as without its intent.
   *
   * @throws GatewayError AUDIT_UNAVAILABLE
   */
  keep(given: GivenArguments, until: number, orNothing: boolean): Promise<KeptArguments>;
}

export function createArgumentKeeper(dynamo: Dynamo, stateTable: string, clock: Clock): ArgumentKeeper {
  const months = createMonthKeys(dynamo, stateTable, clock);
  const derive = rememberCallKeys();
  return {
    keep: async ({ callId, args, level, auditKey, names }, until, orNothing) => {
      if (level === 'none') return nothing();
      if (auditKey === undefined) return nothing('no-user-key');
      let month: Buffer;
      try {
        month = await months.get(monthOf(uuidv7Time(callId)), until);
      } catch (cause) {
        if (orNothing) return nothing('no-month-key');
        throw new GatewayError('AUDIT_UNAVAILABLE', { reason: 'month_key_not_read', cause });
      }
      const key = derive(month, auditKey);
      return {
        fields: describeArguments(args, level, key, { callId, names }),
        digest: (result) => digestOf(result, key),
      };
    },
  };
}

function nothing(argsMark?: ArgumentFields['argsMark']): KeptArguments {
  const mark = argsMark === undefined ? {} : { argsMark };
  return { fields: { argsLevel: 'none', ...mark }, digest: () => undefined };
}

/** Of what the client reads: JSON leaves out what is undefined. */
function digestOf(result: unknown, key: CallKey): string | undefined {
  try {
    return key.digest(result);
  } catch {
    try {
      return key.digestText(canonicalJson(JSON.parse(JSON.stringify(result))));
    } catch (error) {
      if (error instanceof NotCanonical || error instanceof TypeError) return undefined;
      throw error;
    }
  }
}
