import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { createKmsSigner } from '../../shared/aws/kms-client.ts';
import { createS3Objects } from '../../shared/aws/objects-s3.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { createLog } from '../../shared/core/logger.ts';
import { createHandler } from './handler.ts';

/** It reads pages of a thousand records, and nobody waits for it. */
const PATIENT = { attempts: 3, connectMs: 1000, requestMs: 4000, totalMs: 10_000 };

export const handler = createHandler(process.env, {
  clock: systemClock,
  log: createLog('gatehouse-audit-seal', process.env['STACK_NAME'] ?? 'unknown'),
  dynamo: createDynamo({ limits: PATIENT }),
  objects: createS3Objects({ bucket: process.env['ARCHIVE_BUCKET'] ?? '' }),
  signer: createKmsSigner(process.env['AUDIT_SIGNING_KEY'] ?? ''),
});
