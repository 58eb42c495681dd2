import { createArgumentKeeper } from '../../../shared/audit/keep-arguments.ts';
import { createAuditWriter } from '../../../shared/audit/write.ts';
import { AuditKey } from '../../../shared/core/audit-key.ts';
import { systemClock } from '../../../shared/core/clock.ts';
import { createLog } from '../../../shared/core/logger.ts';
import { benchDynamo, KNOWN_USER, TABLES } from './bench-dynamo.ts';
import { ARGUMENTS, factsOfCall, RESULT } from './trail-facts.ts';

const log = createLog('gatehouse-mcp', 'Bench');
const shared = { dynamo: benchDynamo, clock: systemClock, log, retentionDays: 400 };
const writer = createAuditWriter({ ...shared, table: TABLES.audit, region: 'eu-central-1', fnVersion: '1' });
const keeper = createArgumentKeeper(benchDynamo, TABLES.state, systemClock);
const auditKey = AuditKey.read(KNOWN_USER['auditKey']);
// `keys`, as every tool has it, or what GATEHOUSE_BENCH_LEVEL says.
const level = process.env['GATEHOUSE_BENCH_LEVEL'] === 'full' ? 'full' : 'keys';
const names = new Set(['text']);

/** What the trail of an executed call costs: keyed digests, two canonical records in a chain, two writes. */
export const handler = async () => {
  const facts = factsOfCall(systemClock());
  const given = { callId: facts.callId, args: ARGUMENTS, level, auditKey, names } as const;
  const until = systemClock() + 20_000;
  const kept = await keeper.keep(given, until, false);
  const receipt = await writer.intent({ ...facts, args: kept.fields }, until);
  const resultDigest = kept.digest(RESULT);
  await writer.outcome(receipt, { isError: false, errorType: undefined, latencyMs: 3, resultDigest });
  return { statusCode: 200 };
};
