import type { FailureRow, Injection, Place } from '../../cli/failures/row.ts';
import { createHandler as createReplay } from '../../functions/audit-replay/handler.ts';
import { createHandler as createSweep } from '../../functions/audit-sweep/handler.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { captureLog } from '../support/log.ts';
import { deliveryOf } from '../support/log-delivery.ts';
import { type FaultyDynamo, startFaultyDynamo } from './faulty-dynamo.ts';
import { call, newSubject } from './observe.ts';
import { createProbe } from './probe.ts';

export type TrailFault = Extract<Injection, { kind: 'trail' }>;

/** Everything such a row promises. */
export interface TrailObservation {
  /** Of the call; of a run behind the calls, undefined, and that it threw. */
  readonly status: number | undefined;
  readonly threw: boolean;
  readonly late: string | undefined;
  readonly recorded: readonly string[];
  readonly logged: readonly string[];
  readonly afterwards: readonly string[];
}

const PLACES: Readonly<Record<TrailFault['at'], Place>> = {
  'available intent': 'intent',
  'available outcome': 'outcome',
  'replay write': 'outcome',
  'sweep read': 'sweep read',
  'sweep write': 'outcome',
};

export function expectedTrail({ inject, status, recorded, logged, afterwards }: FailureRow): TrailObservation {
  const isCall = inject.kind === 'trail' && inject.at.startsWith('available');
  return {
    status,
    threw: !isCall,
    late: isCall ? 'late' : undefined,
    recorded,
    logged: [...logged].sort(),
    afterwards: afterwards ?? [],
  };
}

export async function observeTrail(database: TestDatabase, fault: TrailFault): Promise<TrailObservation> {
  const faulty = await startFaultyDynamo(database, { place: PLACES[fault.at], fault: fault.fault });
  try {
    return await (fault.at.startsWith('available') ? ofCall(database, faulty) : ofRun(database, fault, faulty));
  } finally {
    await faulty.close();
  }
}

/** A call that the second sink admits or ends. */
async function ofCall(database: TestDatabase, { over, recover }: FaultyDynamo): Promise<TrailObservation> {
  const { tool } = createProbe(undefined, true, { mode: 'available' });
  const gateway = createTestGateway(database, { tools: [tool], dynamo: over });
  const subject = newSubject();
  const answer = await call({ gateway, token: await gateway.token({ sub: subject }) });
  const seen = { recorded: await endsOf(gateway, subject), logged: loud(gateway.lines) };
  await recover();
  await functionsOver(database.dynamo, database, gateway.time.now).replay(deliveryOf(gateway.lines));
  const late = answer.headers['x-gatehouse-audit'];
  return { status: answer.status, threw: false, late, ...seen, afterwards: await endsOf(gateway, subject) };
}

/** A call whose outcome only the log has, and what runs behind it. */
async function ofRun(database: TestDatabase, { at }: TrailFault, faulty: FaultyDynamo): Promise<TrailObservation> {
  const { tool } = createProbe();
  const gateway = createTestGateway(database, { tools: [tool], dynamo: losesOutcomes });
  const subject = newSubject();
  await call({ gateway, token: await gateway.token({ sub: subject }) });
  const { replay, sweep, lines } = functionsOver(faulty.over(database.dynamo), database, gateway.time.now + 60_000);
  const run = at === 'replay write' ? () => replay(deliveryOf(gateway.lines)) : sweep;
  const threw = await run().then(
    () => false,
    () => true,
  );
  const seen = { recorded: await endsOf(gateway, subject), logged: loud(lines) };
  await faulty.recover();
  await run();
  // After a run that failed the sweeper looks before it closes.
  await run();
  return { status: undefined, threw, late: undefined, ...seen, afterwards: await endsOf(gateway, subject) };
}

function losesOutcomes(well: Dynamo): Dynamo {
  return {
    ...well,
    putIfAbsent: async (table, item, options) => {
      if (item.sk.endsWith('#1')) throw new Error('down');
      return well.putIfAbsent(table, item, options);
    },
  };
}

function functionsOver(dynamo: Dynamo, { audit, state }: TestDatabase, now: number) {
  const { log, lines } = captureLog();
  const ports = { clock: () => now, log, dynamo };
  // There is no table of seals here, and any will do for one mark.
  const env = { AUDIT_TABLE: audit, SEALS_TABLE: state };
  return { replay: createReplay(env, ports), sweep: createSweep(env, ports), lines };
}

async function endsOf(gateway: TestGateway, subject: string): Promise<readonly string[]> {
  const rows = (await gateway.trail()).filter((row) => row.subject === subject);
  return rows.map(({ outcome, detail }) => (detail === 'UNKNOWN' ? 'unknown' : outcome));
}

function loud(lines: TestGateway['lines']): readonly string[] {
  return [...new Set(lines.filter(({ level }) => level !== 'info').map(({ event }) => event))].sort();
}
