import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Part } from '../bundling/build-function.ts';
import { bundle } from './bundle.ts';

export interface GatewayFunctionProps {
  /** The directory under functions/. */
  readonly name:
    | 'mcp'
    | 'discovery'
    | 'debug'
    | 'oauth'
    | 'pre-token'
    | 'demo-backend'
    | 'audit-archive'
    | 'audit-seal'
    | 'audit-sweep'
    | 'audit-replay';
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: logs.RetentionDays;
  readonly reservedConcurrency?: number | undefined;
  /** The log outlives the stack, until `logRetention` ends. */
  readonly keepsLog?: boolean;
  /** What this deployment never asks: left out of the bundle. */
  readonly without?: readonly Part[];
  /** 28 seconds when not given. */
  readonly timeoutSeconds?: number;
  /** False in tests and for local development, which need the template and not the code. */
  readonly bundling: boolean;
}

/** Of the stack: with its bundling and its log retention. */
export type CreateFunction = (
  id: string,
  props: Pick<GatewayFunctionProps, 'name' | 'description' | 'environment' | 'timeoutSeconds'>,
) => GatewayFunction;

/** Where a function's template entry says which handler of ours it is: local development reads it. */
export const FUNCTION_METADATA = 'gatehouse:function';

/** Condition: in a table, the items of this partition and no others. */
export function onlyPartition(partition: string): Readonly<Record<string, object>> {
  return {
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] },
    // Without a key in the request, ForAllValues holds for all of none.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

/** One function with one role of its own, which may write this function's log and traces and nothing else. */
export class GatewayFunction extends Construct {
  readonly fn: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: GatewayFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: props.keepsLog === true ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.fn = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: props.bundling
        ? bundle(props.name, props.without)
        : lambda.Code.fromInline('// synthesised without bundling'),
      role: this.role,
      logGroup,
      memorySize: 1024,
      timeout: Duration.seconds(props.timeoutSeconds ?? 28),
      tracing: lambda.Tracing.ACTIVE,
      environment: { ...props.environment },
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    const resource = this.fn.node.defaultChild;
    if (resource instanceof lambda.CfnFunction) resource.addMetadata(FUNCTION_METADATA, props.name);
  }

  /** Exactly these actions on exactly this table: no index, no wildcard. */
  allow(actions: readonly string[], tableArn: string): void {
    this.permit(
      actions.map((action) => `dynamodb:${action}`),
      tableArn,
    );
  }

  /** Exactly these actions on exactly this resource, where the conditions hold. */
  permit(actions: readonly string[], resource: string, conditions?: Readonly<Record<string, object>>): void {
    const limited = conditions === undefined ? {} : { conditions: { ...conditions } };
    this.role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [resource], ...limited }));
  }

  /** Not these actions on this resource where the conditions hold, whatever else allows it. */
  forbid(actions: readonly string[], resource: string, conditions: Readonly<Record<string, object>>): void {
    const effect = iam.Effect.DENY;
    this.role.addToPolicy(
      new iam.PolicyStatement({ effect, actions: [...actions], resources: [resource], conditions: { ...conditions } }),
    );
  }

  /** The values of these secrets, in each of their versions. */
  readSecrets(arns: readonly string[]): void {
    this.role.addToPolicy(
      new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [...arns] }),
    );
  }
}
