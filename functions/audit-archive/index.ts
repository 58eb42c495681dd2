import { createDynamo } from '../../shared/aws/dynamodb.ts';
import { createS3Objects } from '../../shared/aws/objects-s3.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { createLog } from '../../shared/core/logger.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(process.env, {
  clock: systemClock,
  log: createLog('gatehouse-audit-archive', process.env['STACK_NAME'] ?? 'unknown'),
  dynamo: createDynamo(),
  objects: createS3Objects({ bucket: process.env['ARCHIVE_BUCKET'] ?? '' }),
});
