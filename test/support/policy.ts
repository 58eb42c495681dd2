import type { Resource } from '../../infra/synth.ts';

/** A request as IAM sees it. */
export interface IamRequest {
  readonly action: string;
  /** Logical id of the resource, as the template has it. */
  readonly on: string;
  /** Condition keys of the request and the tags of who asks; a list where a key has many values. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

/** Everything that the policies of the template say of this role. */
export function policyOf(resources: Readonly<Record<string, Resource>>, role: string): PolicyDocument {
  const policies = Object.values(resources).filter(
    ({ Type, Properties }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.['Roles']).includes(`"${role}`),
  );
  const documents = policies.map(({ Properties }) => Properties?.['PolicyDocument'] as PolicyDocument);
  return { Statement: documents.flatMap(({ Statement }) => Statement) };
}

/**
 * Whether these statements let the request through, by the rules of the IAM User Guide, "Policy evaluation logic" and "IAM
 * JSON policy elements: Condition operators": a Deny wins, nothing is allowed by itself, all conditions must hold. Only what
 * our policies use; anything else is an error and not a guess.
 */
export function isAllowed({ Statement }: PolicyDocument, request: IamRequest): boolean {
  const matching = Statement.filter((one) => matches(one, request)).map(({ Effect }) => Effect);
  return matching.includes('Allow') && !matching.includes('Deny');
}

function matches({ Action, Resource, Condition = {} }: Statement, { action, on, context = {} }: IamRequest): boolean {
  const values = new Map(Object.entries(context));
  return (
    list(Action).some((pattern) => like(action, pattern)) &&
    (Resource === undefined ||
      [Resource].flat().some((one) => one === '*' || JSON.stringify(one).includes(`"${on}`))) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, values, key, list(wanted))),
    )
  );
}

function holds(
  operator: string,
  context: ReadonlyMap<string, string | readonly string[]>,
  key: string,
  patterns: readonly string[],
): boolean {
  const found = context.get(key);
  if (operator === 'Null') return patterns.includes(String(found === undefined));
  const [set, compare = set] = operator.split(':');
  const wanted = patterns.flatMap((pattern) => withVariables(pattern, context));
  const one = (value: string) =>
    wanted.some((pattern) => COMPARE.get(compare ?? '')?.(value, pattern) ?? unknown(operator));
  if (set === 'ForAllValues') return list(found ?? []).every(one);
  if (set === 'ForAnyValue') return list(found ?? []).some(one);
  return typeof found === 'string' && one(found);
}

const COMPARE: ReadonlyMap<string, (value: string, pattern: string) => boolean> = new Map([
  ['StringEquals', (value: string, pattern: string) => value === pattern],
  ['StringLike', like],
]);

function unknown(operator: string): never {
  throw new Error(`this test knows no ${operator}`);
}

/** A variable without a value makes its text match nothing. */
function withVariables(pattern: string, context: ReadonlyMap<string, string | readonly string[]>): readonly string[] {
  const [whole, name = ''] = /\$\{([^}]+)\}/.exec(pattern) ?? [];
  if (whole === undefined) return [pattern];
  const value = context.get(name);
  return typeof value === 'string' ? [pattern.replace(whole, value)] : [];
}

function like(value: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

function list<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'string' ? [value] : value;
}
