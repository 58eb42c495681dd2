import { createDynamo, type Dynamo } from '../shared/aws/dynamodb.ts';
import type { Kms } from '../shared/aws/kms.ts';
import { type Clock, systemClock, type Timer } from '../shared/core/clock.ts';
import type { FunctionEnvironment } from '../shared/core/config.ts';
import { createLog, type Log } from '../shared/core/logger.ts';
import type { Dependency } from '../shared/core/metrics.ts';
import { type GetJson, getJson } from '../shared/net/get-json.ts';

/** What a function needs of the world. Deployed: AWS and the clock; locally and in tests: stand-ins. */
export interface Ports {
  readonly clock: Clock;
  /** Measures the steps of a request; the system's own when there is none. */
  readonly timer?: Timer;
  readonly log: Log;
  readonly getJson: GetJson;
  readonly dynamo: Dynamo;
  /** Of functions that sign assertions or publish the keys of those that do. */
  readonly kms?: Kms;
}

export function createPorts(service: string): Ports {
  return {
    clock: systemClock,
    log: createLog(service, process.env['STACK_NAME'] ?? 'unknown'),
    getJson,
    dynamo: createDynamo(),
  };
}

/** Throws at init: a function without its table must not answer. */
export function requireTable(name: string, value: string | undefined): string {
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** Table name → what it is to us, for those that the function has. */
export function tablesOf(env: FunctionEnvironment): ReadonlyMap<string, Dependency> {
  const named = [
    [env.IDENTITIES_TABLE, 'identities'],
    [env.AUDIT_TABLE, 'audit'],
    [env.STATE_TABLE, 'state'],
  ] as const;
  return new Map(named.flatMap(([table, dependency]) => (table === undefined ? [] : [[table, dependency]])));
}
