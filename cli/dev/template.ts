import { FUNCTION_METADATA } from '../../infra/constructs/gateway-function.ts';
import type { Resource, Template } from '../../infra/synth.ts';
import type { TableSchema } from '../../shared/aws/create-table.ts';
import { Failure } from '../failure.ts';

/** What local development needs of the synthesised stack. */
export interface Plan {
  readonly functions: readonly PlannedFunction[];
  readonly routes: readonly PlannedRoute[];
  /** Table name (its logical id) → schema. */
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly schedules: readonly PlannedSchedule[];
}

/** A rule of EventBridge that starts a function. */
export interface PlannedSchedule {
  readonly functionId: string;
  readonly everyMs: number;
}

interface PlannedFunction {
  readonly logicalId: string;
  /** Directory under functions/. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

export interface PlannedRoute {
  /** As in API Gateway: `ANY /tools/{name}`, `$default`. */
  readonly key: string;
  readonly functionId: string;
}

const PSEUDO: ReadonlyMap<string, string> = new Map([
  ['AWS::Region', 'local'],
  ['AWS::AccountId', '000000000000'],
  ['AWS::Partition', 'aws'],
  ['AWS::URLSuffix', 'amazonaws.com'],
]);

/** What is its logical id here. */
const NAMED = ['AWS::DynamoDB::GlobalTable', 'AWS::KMS::Key', 'AWS::S3::Bucket'];

/**
 * Template → what to run. Only the intrinsics that occur are resolved.
 *
 * @throws Failure naming any other one: guessing would run something else than what is deployed
 */
export function planFrom({ Resources }: Template): Plan {
  const all = (type: string) => Object.entries(Resources).filter(([, resource]) => resource.Type === type);
  const names = new Map([
    ...PSEUDO,
    ...NAMED.flatMap(all).map(([id]) => [id, id] as const),
    ...all('AWS::SecretsManager::Secret').map(
      ([id]) => [id, `arn:aws:secretsmanager:local:000000000000:secret:${id}`] as const,
    ),
  ]);
  return {
    functions: all('AWS::Lambda::Function').map(([id, resource]) => plannedFunction(id, resource, names)),
    routes: all('AWS::ApiGatewayV2::Route').map(([, { Properties = {} }]) => ({
      key: String(Properties['RouteKey']),
      functionId: functionBehind(Properties['Target'], Resources),
    })),
    tables: new Map(all('AWS::DynamoDB::GlobalTable').map(([id, resource]) => [id, schemaOf(resource)])),
    schedules: all('AWS::Events::Rule').map(([, { Properties = {} }]) => ({
      functionId: referenceIn(Properties['Targets']),
      everyMs: rateOf(Properties['ScheduleExpression']),
    })),
  };
}

/** EventBridge User Guide, "Rate expressions"; the only kind that the stack has. */
function rateOf(expression: unknown): number {
  const [, minutes] = /^rate\((\d+) minutes?\)$/.exec(String(expression)) ?? [];
  if (minutes === undefined) throw new Failure(`The template has a schedule that dev does not know: ${expression}`);
  return Number(minutes) * 60_000;
}

function plannedFunction(
  logicalId: string,
  { Properties = {}, Metadata = {} }: Resource,
  names: ReadonlyMap<string, string>,
): PlannedFunction {
  const { Variables = {} } = (Properties['Environment'] ?? {}) as { Variables?: Readonly<Record<string, unknown>> };
  return {
    logicalId,
    name: String(Metadata[FUNCTION_METADATA]),
    timeoutSeconds: Number(Properties['Timeout']),
    environment: Object.fromEntries(
      Object.entries(Variables).map(([name, value]) => [name, resolve(value, names, `${logicalId} ${name}`)]),
    ),
  };
}

function resolve(value: unknown, names: ReadonlyMap<string, string>, where: string): string {
  if (typeof value === 'string') return value;
  const [entry] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const [intrinsic, argument] = entry ?? ['', undefined];
  if (intrinsic === 'Ref' && typeof argument === 'string') {
    const known = names.get(argument);
    if (known !== undefined) return known;
  }
  if (intrinsic === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument as [string, readonly unknown[]];
    return parts.map((part) => resolve(part, names, where)).join(separator);
  }
  throw new Failure(`${where} needs ${JSON.stringify(value)}, which exists in AWS only.`);
}

function schemaOf({ Properties = {} }: Resource): TableSchema {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = Properties as TableSchema;
  const indexes = GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes };
  return { AttributeDefinitions, KeySchema, BillingMode, ...indexes };
}

/** Route → integration → function, through the references of the template. */
function functionBehind(target: unknown, resources: Readonly<Record<string, Resource>>): string {
  const integration = referenceIn(target);
  const uri = resources[integration]?.Properties?.['IntegrationUri'];
  return referenceIn(uri);
}

function referenceIn(value: unknown): string {
  const reference = /"(?:Ref|Fn::GetAtt)":\s*\[?"([A-Za-z0-9]+)"/.exec(JSON.stringify(value) ?? '')?.[1];
  if (reference === undefined) throw new Failure(`The template has a route without a function: ${String(value)}`);
  return reference;
}
