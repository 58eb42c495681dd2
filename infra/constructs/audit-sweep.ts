import { Duration, type Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { PUT_BACK_PARTITION, SWEPT_PARTITION } from '../../shared/core/tables.ts';
import { type CreateFunction, onlyPartition } from './gateway-function.ts';

export interface AuditSweepOptions {
  readonly table: dynamodb.TableV2;
  /** Keeps how far it has come. */
  readonly seals: dynamodb.TableV2;
  readonly toolIndex: boolean;
  readonly createFunction: CreateFunction;
}

/** Every minute: calls that nobody ended get an end (shared/audit/sweep.ts). */
export function createAuditSweep(
  stack: Stack,
  { table, seals, toolIndex, createFunction }: AuditSweepOptions,
): lambda.IFunction {
  const sweep = createFunction('AuditSweep', {
    name: 'audit-sweep',
    description: 'Every minute: closes calls without an outcome as unknown',
    environment: {
      STACK_NAME: stack.stackName,
      AUDIT_TABLE: table.tableName,
      SEALS_TABLE: seals.tableName,
      ...(toolIndex ? { AUDIT_TOOL_INDEX: 'true' } : {}),
    },
  });
  sweep.allow(['PutItem', 'Query'], table.tableArn);
  sweep.permit(['dynamodb:GetItem', 'dynamodb:PutItem'], seals.tableArn, onlyPartition(SWEPT_PARTITION));
  sweep.permit(['dynamodb:DeleteItem', 'dynamodb:Query'], seals.tableArn, onlyPartition(PUT_BACK_PARTITION));
  // The next minute is the repetition.
  sweep.fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  new Rule(stack, 'AuditSweepSchedule', {
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [new LambdaFunction(sweep.fn, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
  });
  return sweep.fn;
}
