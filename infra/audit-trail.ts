import type { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Parameters } from '../shared/core/parameters.ts';
import { AUDIT_TOOL_INDEX } from '../shared/core/tables.ts';
import { AuditArchive } from './constructs/audit-archive.ts';
import { AuditCatalog } from './constructs/audit-catalog.ts';
import { createAuditReplay } from './constructs/audit-replay.ts';
import { AuditSeal } from './constructs/audit-seal.ts';
import { createAuditSweep } from './constructs/audit-sweep.ts';
import { protectRecords } from './constructs/audit-table-policy.ts';
import type { CreateFunction } from './constructs/gateway-function.ts';
import type { MonitoredTrail } from './constructs/metrics.ts';
import { createTable } from './constructs/tables.ts';

export interface AuditTrailOptions {
  readonly table: dynamodb.TableV2;
  readonly parameters: Parameters;
  /** The functions whose log is their second sink. */
  readonly writers: readonly lambda.Function[];
  readonly createFunction: CreateFunction;
}

export interface AuditTrail extends MonitoredTrail {
  readonly functions: readonly lambda.IFunction[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** What keeps the trail whole beside the functions that write it: sweeper, replay, archive, sealer. */
export function createAuditTrail(stack: Stack, options: AuditTrailOptions): AuditTrail {
  const { table, parameters, writers, createFunction } = options;
  const isProtected = parameters.environment === 'prod';
  if (isProtected) protectRecords(table, parameters.auditBreakGlassRoleArn);
  const seals = createTable(stack, 'Seals', { isProtected });
  const sweep = createAuditSweep(stack, { table, seals, toolIndex: parameters.auditToolIndex, createFunction });
  const replay = createAuditReplay(stack, { table, seals, writers, createFunction });
  const archive = new AuditArchive(stack, 'Archive', { table, seals, parameters, createFunction });
  const { bucket } = archive;
  const seal = new AuditSeal(stack, 'Seal', { table, seals, archive: bucket, isProtected, createFunction });
  const catalog = new AuditCatalog(stack, 'Catalog', { archive: bucket });
  return {
    functions: [sweep, replay.fn, archive.fn, seal.fn],
    sweep,
    seal: seal.fn,
    archive: archive.fn,
    replayQueue: replay.queue,
    outputs: {
      ArchiveUrl: `s3://${bucket.bucketName}`,
      SealsTable: seals.tableName,
      SealKey: seal.key.keyId,
      AuditLogName: seal.logName,
      AuditWorkGroup: catalog.workGroup,
      AuditDatabase: catalog.database,
      ...(parameters.auditToolIndex ? { AuditToolIndex: AUDIT_TOOL_INDEX } : {}),
    },
  };
}
