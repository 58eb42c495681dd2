import type { DynamoDBBatchResponse } from 'aws-lambda';
import { createArchive } from '../../shared/audit/archive.ts';
import { createBelatedHours } from '../../shared/audit/log/belated.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { Objects } from '../../shared/aws/objects.ts';
import type { StreamEntry } from '../../shared/aws/stream-changes.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { Log } from '../../shared/core/logger.ts';
import { requireTable } from '../ports.ts';

export interface ArchiveEnvironment {
  readonly SEALS_TABLE?: string;
}

export interface ArchivePorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly dynamo: Dynamo;
  readonly objects: Objects;
}

/** Called with what was written to the audit table, in order, each change at least once. */
export type ArchiveHandler = (event: { readonly Records: readonly StreamEntry[] }) => Promise<DynamoDBBatchResponse>;

/** Rejects when the archive could not take the batch: Lambda then brings the same one again, for 24 hours. */
export function createHandler(env: ArchiveEnvironment, ports: ArchivePorts): ArchiveHandler {
  const belated = createBelatedHours(ports.dynamo, requireTable('SEALS_TABLE', env.SEALS_TABLE));
  const archive = createArchive({ ...ports, belated });
  return async ({ Records }) => {
    try {
      await archive.take(Records);
    } catch (error) {
      ports.log.error('audit.archive_failed', { changes: Records.length, cause: causeOf(error), alarm: true });
      throw error;
    }
    return { batchItemFailures: [] };
  };
}

/** The class alone: a text may hold what was written. */
function causeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
