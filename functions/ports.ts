import { createDynamo, type Dynamo } from '../shared/aws/dynamodb.ts';
import { type Clock, systemClock } from '../shared/core/clock.ts';
import { createLog, type Log } from '../shared/core/logger.ts';
import { type GetJson, getJson } from '../shared/net/get-json.ts';

/** What a function needs of the world. Deployed: AWS and the clock; locally and in tests: stand-ins. */
export interface Ports {
  readonly clock: Clock;
  readonly log: Log;
  readonly getJson: GetJson;
  readonly dynamo: Dynamo;
}

export function createPorts(service: string): Ports {
  return { clock: systemClock, log: createLog(service), getJson, dynamo: createDynamo() };
}

/** Throws at init: a function without its table must not answer. */
export function requireTable(name: string, value: string | undefined): string {
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
