import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import type { Place, WireFault } from '../../cli/failures/row.ts';
import { createDynamo, type Dynamo, type DynamoLimits, type Key } from '../../shared/aws/dynamodb.ts';
import type { TestDatabase } from '../support/database.ts';
import { forwardTo, startFaultProxy } from '../support/fault-proxy.ts';

/** Where only time ends it, little; where the second attempt must succeed, plenty. */
const IMPATIENT: DynamoLimits = { attempts: 2, connectMs: 1000, requestMs: 60, totalMs: 150 };
const PATIENT: DynamoLimits = { attempts: 2, connectMs: 1000, requestMs: 2000, totalMs: 4000 };

export interface DatabaseFault {
  readonly place: Place;
  readonly fault: WireFault;
  readonly times?: number;
}

export interface FaultyDynamo {
  readonly over: (well: Dynamo) => Dynamo;
  /** Requests at the place, up to the recovery. */
  readonly attempts: () => number;
  readonly recover: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The real client, with its real retries and limits, meets the fault at one place; all other operations are well. */
export async function startFaultyDynamo(
  database: TestDatabase,
  { place, fault, times }: DatabaseFault,
  limits: DynamoLimits = fault === 'hang' || fault === 'slow body' ? IMPATIENT : PATIENT,
): Promise<FaultyDynamo> {
  const proxy = await startFaultProxy(forwardTo(database.endpoint));
  await proxy.inject(fault, times);
  let faulty = createDynamo({ ...localDynamo(proxy.url), limits });
  let attempts: number | undefined;
  return {
    over: (well) => route(well, () => faulty, isAt(place, database)),
    attempts: () => attempts ?? proxy.asked(),
    recover: async () => {
      attempts = proxy.asked();
      await proxy.recover();
      // What is over must not seem to go on because this machine is busy.
      faulty = createDynamo({ ...localDynamo(proxy.url), limits: PATIENT });
    },
    close: proxy.close,
  };
}

type Operation = 'read' | 'write' | 'query';
type IsAt = (operation: Operation, table: string, key: Key) => boolean;

function isAt(place: Place, { identities, audit, state }: TestDatabase): IsAt {
  const at = (operation: Operation, table: string, part: (key: Key) => boolean): IsAt => {
    return (asked, where, key) => asked === operation && where === table && part(key);
  };
  const of = (name: string) => (key: Key) => `${key.pk}#`.startsWith(`${name}#`);
  const phase = (number: number) => (key: Key) => key.sk.endsWith(`#${number}`);
  const places: Readonly<Record<Place, IsAt>> = {
    'link read': at('read', identities, of('IDP')),
    'link write': at('write', identities, of('IDP')),
    'user read': at('read', identities, of('USER')),
    'user write': at('write', identities, of('USER')),
    intent: at('write', audit, phase(0)),
    outcome: at('write', audit, phase(1)),
    denial: at('write', audit, phase(9)),
    'store read': at('read', state, of('U')),
    'store write': at('write', state, of('U')),
    'key read': at('read', state, of('KEYS#request-state')),
    'key write': at('write', state, of('KEYS#request-state')),
    'mark write': at('write', state, of('USED')),
    'month key read': at('read', state, of('KEYS#audit')),
    'month key write': at('write', state, of('KEYS#audit')),
    event: at('write', audit, phase(5)),
    'sweep read': at('query', audit, () => true),
  };
  return places[place];
}

function route(well: Dynamo, faulty: () => Dynamo, at: IsAt): Dynamo {
  const choose = (operation: Operation, table: string, key: Key) => (at(operation, table, key) ? faulty() : well);
  return {
    get: (table, key, options) => choose('read', table, key).get(table, key, options),
    putIfAbsent: (table, item, options) => choose('write', table, item).putIfAbsent(table, item, options),
    put: (table, item, options) => choose('write', table, item).put(table, item, options),
    delete: (table, key, options) => choose('write', table, key).delete(table, key, options),
    query: (table, input) => choose('query', table, { pk: input.partition.value, sk: '' }).query(table, input),
  };
}
