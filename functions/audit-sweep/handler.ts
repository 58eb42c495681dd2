import { createPutBack } from '../../shared/audit/put-back.ts';
import { createSweepMark } from '../../shared/audit/sweep-mark.ts';
import { createSweeper } from '../../shared/audit/sweep.ts';
import { reportFailures } from '../../shared/aws/report-failures.ts';
import type { FunctionEnvironment } from '../../shared/core/config.ts';
import { type Ports, requireTable, tablesOf } from '../ports.ts';

export interface SweepEnvironment extends FunctionEnvironment {
  readonly SEALS_TABLE?: string;
}

export type SweepPorts = Pick<Ports, 'clock' | 'log' | 'dynamo'>;

/** Every minute, before the sealer: intents that nobody ended get an end. Throws when the table fails; the next run goes on. */
export function createHandler(env: SweepEnvironment, { clock, log, dynamo: given }: SweepPorts): () => Promise<void> {
  const dynamo = reportFailures(given, tablesOf(env), log);
  const toolIndex = env.AUDIT_TOOL_INDEX === 'true';
  const seals = requireTable('SEALS_TABLE', env.SEALS_TABLE);
  return createSweeper({
    dynamo,
    table: requireTable('AUDIT_TABLE', env.AUDIT_TABLE),
    mark: createSweepMark(dynamo, seals),
    putBack: createPutBack(dynamo, seals),
    clock,
    log,
    toolIndex,
  });
}
