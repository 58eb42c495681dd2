import { z } from 'zod';
import type { Place } from '../../cli/failures/row.ts';
import type { Dynamo, DynamoLimits } from '../../shared/aws/dynamodb.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { ask, askForm } from '../../shared/features/ask.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import type { ToolContext } from '../../shared/tools/define-tool.ts';
import { ISSUER } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { modern, modernHeaders } from '../support/messages.ts';
import { outcomeOf } from '../support/modern-client.ts';
import { type DatabaseFault, startFaultyDynamo } from './faulty-dynamo.ts';
import { newSubject, PROBE, SECRET, type Stage } from './observe.ts';
import { createProbe } from './probe.ts';

const DAY = 86_400_000;
const ASKING: ReadonlySet<Place> = new Set<Place>(['key read', 'key write', 'mark write']);
const FORM = z.strictObject({ sure: z.boolean() });

export interface StageOptions {
  /** A gateway with a defect, to see that the row notices. */
  readonly sabotage?: (dynamo: Dynamo) => Dynamo;
  readonly limits?: DynamoLimits;
}

export interface DatabaseStage {
  readonly stage: Stage;
  readonly attempts: () => number;
  readonly close: () => Promise<void>;
}

export async function databaseStage(
  database: TestDatabase,
  fault: DatabaseFault,
  { sabotage = (dynamo) => dynamo, limits }: StageOptions = {},
): Promise<DatabaseStage> {
  const { place } = fault;
  const { over, attempts, recover, close } = await startFaultyDynamo(database, fault, limits);
  const { tool, runs } = createProbe((context) => use(place, context), !ASKING.has(place));
  const gateway = createTestGateway(database, { tools: [tool], dynamo: (well) => sabotage(over(well)) });
  const subject = newSubject();
  if (place !== 'link write' && place !== 'user write') await provision(database, subject);
  // Keys are a day's: each stage has a day of its own.
  if (ASKING.has(place)) gateway.time.now += ++days * DAY;
  // And the other ones a month's.
  if (place === 'month key write') gateway.time.now += (100 + ++days) * 31 * DAY;
  const scope = place === 'denial' ? 'starter.whoami' : 'starter.echo';
  const token = await gateway.token({ sub: subject, scope });
  const stage = { gateway, subject, token, runs, recover };
  return { stage: ASKING.has(place) ? await asking(stage, place) : stage, attempts, close };
}

let days = 0;

async function provision({ dynamo, identities: table }: TestDatabase, subject: string): Promise<void> {
  const identity = createIdentity({ dynamo, table, clock: systemClock, provisioning: 'auto' });
  await identity.resolve({ issuer: ISSUER, subject });
}

async function use(place: Place, { store, answers }: ToolContext) {
  if (place === 'store read') await store.get('key');
  if (place === 'store write') await store.put('key', 'value');
  if (ASKING.has(place) && !answers.has('sure')) return ask({ sure: askForm('Really?', FORM) });
  return { done: 'yes' };
}

/** A call in two rounds: the first needs a key to seal its question with, the second marks the answer as used. */
async function asking(stage: Stage, place: Place): Promise<Stage> {
  const { gateway, token, runs } = stage;
  const round = (more: object, remainingMs = 28_000) => {
    const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
    const message = modern('tools/call', { name: PROBE, arguments: { note: SECRET }, _meta, ...more });
    const headers = { ...modernHeaders('tools/call', PROBE), authorization: `Bearer ${token}` };
    return gateway.send({ headers, body: JSON.stringify(message), remainingMs });
  };
  if (place !== 'mark write') return { ...stage, send: (remainingMs) => round({}, remainingMs) };
  const { requestState } = outcomeOf(await round({}));
  gateway.time.now += 1;
  const inputResponses = { sure: { action: 'accept', content: { sure: true } } };
  const before = runs();
  const send = (remainingMs?: number) => round({ inputResponses, requestState }, remainingMs);
  return { ...stage, recordedBefore: 1, runs: () => runs() - before, send };
}
