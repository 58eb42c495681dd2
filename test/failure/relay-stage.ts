import { type FailureRow, type Injection, type Place, RETRY, type WireFault } from '../../cli/failures/row.ts';
import { NOW } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { POISON } from '../support/fault-proxy.ts';
import {
  codeGrant,
  createTestRelay,
  type Fields,
  type RelayAnswer,
  refreshGrant,
  signInAt,
  type TestRelay,
} from '../support/relay.ts';
import { scanFor } from '../support/scanner.ts';
import { startFaultyDynamo } from './faulty-dynamo.ts';
import type { Observation } from './observe.ts';
import { startWorld } from './relay-world.ts';

export type RelayFault = Extract<Injection, { kind: 'relay' }>;

export interface RelayStage {
  /** An instance that meets the fault, or one for which all is over, with the same memory. */
  readonly relay: TestRelay;
  /** Always the same one. */
  readonly grant: Fields;
  readonly loggedBefore: number;
  recover(): Promise<void>;
  close(): Promise<void>;
}

const PLACES: ReadonlyMap<RelayFault['at'], Place> = new Map([
  ['mark', 'mark write'],
  ['event', 'event'],
]);

export async function relayStage(database: TestDatabase, fault: RelayFault): Promise<RelayStage> {
  const time = { now: NOW };
  const world = await startWorld(() => time.now, fault);
  const place = PLACES.get(fault.at);
  const marks = place && (await startFaultyDynamo(database, { place, fault: fault.fault as WireFault }));
  const instance = (dynamo = database.dynamo) =>
    createTestRelay({
      ...world,
      time,
      dynamo,
      stateTable: database.state,
      auditTable: database.audit,
      relay: { strict: fault.at === 'mark' },
      config: { idp: { issuer: world.issuer } },
    });
  const well = instance();
  const grant = await grantFrom(well, fault.grant);
  const relay = fault.cachedMs === undefined ? instance(marks?.over(database.dynamo)) : well;
  time.now += fault.cachedMs ?? 0;
  await world.inject();
  return {
    relay,
    grant,
    loggedBefore: relay.lines.length,
    recover: async () => void (await Promise.all([world.recover(), marks?.recover()])),
    close: async () => void (await Promise.all([world.close(), marks?.close()])),
  };
}

async function grantFrom(relay: TestRelay, kind: 'code' | undefined): Promise<Fields> {
  const { code, pkce } = await signInAt(relay);
  const ofCode = codeGrant(code, pkce.verifier);
  if (kind === 'code') return ofCode;
  const { status, json } = await relay.post('/oauth/token', ofCode);
  if (status !== 200) throw new Error('the stage is not well before the fault');
  return refreshGrant(json['refresh_token']);
}

export async function observeRelay(stage: RelayStage, row: FailureRow): Promise<Observation> {
  const { relay, grant, loggedBefore, recover } = stage;
  const answer = await relay.post('/oauth/token', grant);
  const lines = relay.lines.slice(loggedBefore);
  const loud = lines.filter(({ level }) => level !== 'info').map(({ event }) => event);
  const seen = {
    status: answer.status,
    code: lines.find(({ event }) => event === 'request')?.['code'] as string | undefined,
    retryAfter: answer.headers['retry-after'],
    runs: 0,
    recorded: [],
    logged: [...new Set(loud)].sort(),
    leaks: [...relay.leaks(), ...poisonIn(relay, answer)],
  };
  return { ...seen, retried: row.client === RETRY ? await retry(relay, grant, recover, seen.retryAfter) : undefined };
}

function poisonIn(relay: TestRelay, answer: RelayAnswer): readonly string[] {
  const sinks = { log: relay.lines, answer };
  return scanFor(
    [POISON],
    Object.entries(sinks).map(([name, value]) => ({ name, text: JSON.stringify(value) })),
  );
}

async function retry(relay: TestRelay, grant: Fields, recover: () => Promise<void>, after: unknown): Promise<number> {
  await recover();
  relay.time.now += Number(after) * 1000;
  return (await relay.post('/oauth/token', grant)).status;
}
