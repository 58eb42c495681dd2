import { localDynamo } from '../../cli/dev/local-dynamo.ts';
import type { Place, WireFault } from '../../cli/failures/row.ts';
import { createDynamo, type Dynamo, type DynamoLimits, type Key } from '../../shared/aws/dynamodb.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import { ISSUER } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { forwardTo, startFaultProxy } from '../support/fault-proxy.ts';
import { createTestGateway } from '../support/gateway.ts';
import { newSubject, type Stage } from './observe.ts';
import { createProbe } from './probe.ts';

/** Where only time ends it, little; where the second attempt must succeed, plenty. */
const IMPATIENT: DynamoLimits = { attempts: 2, connectMs: 1000, requestMs: 60, totalMs: 150 };
const PATIENT: DynamoLimits = { attempts: 2, connectMs: 1000, requestMs: 2000, totalMs: 4000 };

export interface DatabaseFault {
  readonly place: Place;
  readonly fault: WireFault;
  readonly times?: number;
}

export interface StageOptions {
  /** A gateway with a defect, to see that the row notices. */
  readonly sabotage?: (dynamo: Dynamo) => Dynamo;
  readonly limits?: DynamoLimits;
}

function limitsFor(fault: WireFault): DynamoLimits {
  return fault === 'hang' || fault === 'slow body' ? IMPATIENT : PATIENT;
}

/** The real client, with its real retries and limits, meets the fault at one place; all other operations are well. */
export async function databaseStage(
  database: TestDatabase,
  { place, fault, times }: DatabaseFault,
  { sabotage = (dynamo) => dynamo, limits = limitsFor(fault) }: StageOptions = {},
): Promise<{ readonly stage: Stage; readonly close: () => Promise<void>; readonly attempts: () => number }> {
  const proxy = await startFaultProxy(forwardTo(database.endpoint));
  await proxy.inject(fault, times);
  const faulty = createDynamo({ ...localDynamo(proxy.url), limits });
  const { tool, runs } = createProbe(async ({ store }) => {
    if (place === 'store read') await store.get('key');
    if (place === 'store write') await store.put('key', 'value');
    return { done: 'yes' };
  });
  const gateway = createTestGateway(database, {
    tools: [tool],
    dynamo: (well) => sabotage(route(well, faulty, isAt(place, database))),
  });
  const subject = newSubject();
  if (place !== 'link write' && place !== 'user write') await provision(database, subject);
  const scope = place === 'denial' ? 'starter.whoami' : 'starter.echo';
  const token = await gateway.token({ sub: subject, scope });
  let attempts: number | undefined;
  const recover = async () => {
    attempts = proxy.asked();
    await proxy.recover();
  };
  return {
    stage: { gateway, subject, token, runs, recover },
    close: proxy.close,
    attempts: () => attempts ?? proxy.asked(),
  };
}

async function provision({ dynamo, identities: table }: TestDatabase, subject: string): Promise<void> {
  const identity = createIdentity({ dynamo, table, clock: systemClock, provisioning: 'auto' });
  await identity.resolve({ issuer: ISSUER, subject });
}

type IsAt = (operation: 'read' | 'write', table: string, key: Key) => boolean;

function isAt(place: Place, { identities, audit, state }: TestDatabase): IsAt {
  const places: Readonly<Record<Place, IsAt>> = {
    'link read': (operation, table, { sk }) => operation === 'read' && table === identities && sk === 'LINK',
    'link write': (operation, table, { sk }) => operation === 'write' && table === identities && sk === 'LINK',
    'user read': (operation, table, { sk }) => operation === 'read' && table === identities && sk === 'USER',
    'user write': (operation, table, { sk }) => operation === 'write' && table === identities && sk === 'USER',
    intent: (_operation, table, { sk }) => table === audit && sk.endsWith('#0'),
    outcome: (_operation, table, { sk }) => table === audit && sk.endsWith('#1'),
    denial: (_operation, table, { sk }) => table === audit && sk.endsWith('#9'),
    'store read': (operation, table) => operation === 'read' && table === state,
    'store write': (operation, table) => operation === 'write' && table === state,
  };
  return places[place];
}

function route(well: Dynamo, faulty: Dynamo, at: IsAt): Dynamo {
  const choose = (operation: 'read' | 'write', table: string, key: Key) => (at(operation, table, key) ? faulty : well);
  return {
    get: (table, key, options) => choose('read', table, key).get(table, key, options),
    putIfAbsent: (table, item, options) => choose('write', table, item).putIfAbsent(table, item, options),
    put: (table, item, options) => choose('write', table, item).put(table, item, options),
    delete: (table, key, options) => choose('write', table, key).delete(table, key, options),
    query: well.query,
  };
}
