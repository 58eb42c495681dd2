import { createLog } from '../../shared/core/logger.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(
  process.env,
  createLog('gatehouse-pre-token', process.env['STACK_NAME'] ?? 'unknown'),
);
