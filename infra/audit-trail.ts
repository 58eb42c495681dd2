import type { Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { createAuditReplay } from './constructs/audit-replay.ts';
import { createAuditSweep } from './constructs/audit-sweep.ts';
import type { GatewayFunction, GatewayFunctionProps } from './constructs/gateway-function.ts';
import type { MonitoredTrail } from './constructs/metrics.ts';

export type CreateFunction = (
  id: string,
  props: Pick<GatewayFunctionProps, 'name' | 'description' | 'environment' | 'timeoutSeconds'>,
) => GatewayFunction;

export interface AuditTrailOptions {
  readonly table: dynamodb.TableV2;
  /** The functions whose log is their second sink. */
  readonly writers: readonly lambda.Function[];
  readonly createFunction: CreateFunction;
}

export interface AuditTrail extends MonitoredTrail {
  readonly functions: readonly lambda.IFunction[];
}

/** What keeps the trail whole beside the functions that write it. */
export function createAuditTrail(stack: Stack, { table, writers, createFunction }: AuditTrailOptions): AuditTrail {
  const sweep = createAuditSweep(stack, { table, createFunction });
  const replay = createAuditReplay(stack, { table, writers, createFunction });
  return { functions: [sweep, replay.fn], sweep, replayQueue: replay.queue };
}
