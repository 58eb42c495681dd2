import { Duration, type Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { FilterPattern, SubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { FALLBACK_EVENT, SAMPLE_EVENT } from '../../shared/core/audit-lines.ts';
import { PUT_BACK_PARTITION } from '../../shared/core/tables.ts';
import { type CreateFunction, onlyPartition } from './gateway-function.ts';

export interface AuditReplayOptions {
  readonly table: dynamodb.TableV2;
  /** Gets the marks of calls whose intents were put back. */
  readonly seals: dynamodb.TableV2;
  readonly writers: readonly lambda.Function[];
  readonly createFunction: CreateFunction;
}

const TIMEOUT = Duration.seconds(60);

/**
 * From the logs back into the table (docs/adr/0015). Lambda delivers a failed batch twice more within minutes, then keeps it
 * in a queue that it reads itself, so that an outage of days loses nothing.
 */
export function createAuditReplay(
  stack: Stack,
  { table, seals, writers, createFunction }: AuditReplayOptions,
): { readonly fn: lambda.IFunction; readonly queue: sqs.IQueue } {
  const fn = createReplay(stack, { table, seals, createFunction });
  const queue = new sqs.Queue(stack, 'AuditReplayQueue', {
    enforceSSL: true,
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    retentionPeriod: Duration.days(14),
    // Six times the function's timeout, as Lambda asks for.
    visibilityTimeout: Duration.seconds(TIMEOUT.toSeconds() * 6),
  });
  fn.configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(queue) });
  fn.addEventSource(new SqsEventSource(queue, { batchSize: 1, maxConcurrency: 2 }));
  for (const writer of writers) {
    new SubscriptionFilter(stack, `AuditReplayOf${writer.node.scope?.node.id ?? ''}`, {
      logGroup: writer.logGroup,
      filterPattern: FilterPattern.any(
        FilterPattern.stringValue('$.message', '=', FALLBACK_EVENT),
        FilterPattern.stringValue('$.message', '=', SAMPLE_EVENT),
      ),
      destination: new LambdaDestination(fn),
    });
  }
  return { fn, queue };
}

function createReplay(
  stack: Stack,
  { table, seals, createFunction }: Omit<AuditReplayOptions, 'writers'>,
): lambda.Function {
  const replay = createFunction('AuditReplay', {
    name: 'audit-replay',
    description: 'Puts records of the second sink into the audit table',
    environment: { STACK_NAME: stack.stackName, AUDIT_TABLE: table.tableName, SEALS_TABLE: seals.tableName },
    timeoutSeconds: TIMEOUT.toSeconds(),
  });
  replay.allow(['PutItem'], table.tableArn);
  replay.permit(['dynamodb:PutItem'], seals.tableArn, onlyPartition(PUT_BACK_PARTITION));
  return replay.fn;
}
