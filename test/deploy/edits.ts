/**
 * What the emulator cannot read or would refuse, changed in templates before they reach it. Each edit fails when it
 * finds nothing to change, so that none outlives its reason.
 */
export type Edit = (template: string) => string;

/** Buckets and queues refuse plain http, which is all that the emulator speaks. */
export const allowPlainHttp: Edit = (template) =>
  replace(template, /("?aws:SecureTransport"?: ?)"false"/g, '$1"never"');

/** It knows the issuer of a user pool without its scheme only. */
export const joinProviderUrl: Edit = (template) =>
  replace(
    JSON.stringify(JSON.parse(template)),
    /\{"Fn::GetAtt":\["(\w+)","ProviderURL"\]\}/g,
    '{"Fn::Join":["",["https://",{"Fn::GetAtt":["$1","ProviderName"]}]]}',
  );

/** A reference to a secret is its ARN; there it is its name, which no policy is about. */
export const referToSecrets: Edit = (template) => {
  const { Resources } = JSON.parse(template) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
  };
  const ids = Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::SecretsManager::Secret');
  const compact = JSON.stringify(JSON.parse(template));
  if (ids.length === 0) throw new Error('The template has no secret.');
  return ids.reduce((text, id) => replace(text, `{"Ref":"${id}"}`, `{"Fn::GetAtt":["${id}","Id"]}`), compact);
};

/** Of a type that it does not know. Nothing may refer to them. */
const dropAll =
  (type: string): Edit =>
  (template) => {
    const parsed = JSON.parse(template) as { readonly Resources: Readonly<Record<string, { readonly Type: string }>> };
    const all = Object.entries(parsed.Resources);
    const kept = all.filter(([, { Type }]) => Type !== type);
    if (kept.length === all.length) throw new Error(`The template has no ${type}.`);
    return JSON.stringify({ ...parsed, Resources: Object.fromEntries(kept) });
  };

/** The look of the login page. */
export const dropBranding = dropAll('AWS::Cognito::ManagedLoginBranding');

/** The saved questions of Athena. */
export const dropSavedQueries = dropAll('AWS::Athena::NamedQuery');

interface AlarmProperties {
  readonly Metrics?: ReadonlyArray<{ readonly MetricStat?: MetricStat }>;
  readonly [name: string]: unknown;
}

interface MetricStat {
  readonly Metric: { readonly Namespace: string; readonly MetricName: string };
  readonly Period: number;
  readonly Stat: string;
}

/** It does not know metric math: an alarm over several metrics watches the first of them. */
export const withoutMetricMath: Edit = (template) => {
  const parsed = JSON.parse(template) as {
    readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: AlarmProperties }>>;
  };
  let changed = 0;
  const resources = Object.entries(parsed.Resources).map(([id, resource]) => {
    const { Metrics, ...rest } = resource.Properties ?? {};
    const stat = Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat;
    if (resource.Type !== 'AWS::CloudWatch::Alarm' || stat === undefined) return [id, resource] as const;
    changed++;
    const { Metric, Period, Stat: Statistic } = stat;
    return [id, { ...resource, Properties: { ...rest, ...Metric, Period, Statistic } }] as const;
  });
  if (changed === 0) throw new Error('The template has no alarm with metric math.');
  return JSON.stringify({ ...parsed, Resources: Object.fromEntries(resources) });
};

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * A statement with a condition about a key that its policy engine does not know: such a condition never holds there.
 * `isUnknown`: which operator and key.
 */
function withoutConditions(template: string, isUnknown: (operator: string, key: string) => boolean): string {
  const changed = JSON.stringify(JSON.parse(template), (name, value: unknown) => {
    if (name !== 'Condition' || typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value as Conditions).map(
      ([operator, keys]) =>
        [operator, Object.fromEntries(Object.entries(keys).filter(([key]) => !isUnknown(operator, key)))] as const,
    );
    return Object.fromEntries(kept.filter(([, keys]) => Object.keys(keys).length > 0));
  });
  if (changed === JSON.stringify(JSON.parse(template))) throw new Error('The template has no such condition any more.');
  return changed;
}

/**
 * Its policy engine gives a request to DynamoDB no `dynamodb:LeadingKeys`. ForAllValues holds for none, `Null: false`
 * never. On AWS both are needed: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export const allowWithoutLeadingKeys: Edit = (template) =>
  withoutConditions(template, (operator, key) => operator === 'Null' && key === 'dynamodb:LeadingKeys');

/** Its policy engine gives a request to KMS no key of its own. What a ciphertext is bound to, its KMS does check. */
export const allowWithoutKmsKeys: Edit = (template) =>
  withoutConditions(template, (_operator, key) => /^kms:/.test(key));

function replace(text: string, what: string | RegExp, by: string): string {
  const changed = typeof what === 'string' ? text.replaceAll(what, by) : text.replace(what, by);
  if (changed === text) throw new Error(`The template has no ${what} any more.`);
  return changed;
}
