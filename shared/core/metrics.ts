import type { ErrorCode } from './error-table.ts';

/**
 * Metrics in CloudWatch's embedded metric format: fields of a log line that CloudWatch turns into metrics, so that
 * counting costs no request and no second line (docs/adr/0009). docs/operate.md lists them.
 */
export const NAMESPACE = 'Gatehouse';

export const METRICS = {
  /** Milliseconds of a request, and how many there were. */
  latency: 'latencyMs',
  coldStarts: 'coldStarts',
  verify: 'verifyMs',
  identity: 'identityMs',
  intent: 'intentMs',
  execute: 'executeMs',
  outcome: 'outcomeMs',
  calls: 'calls',
  failedCalls: 'failedCalls',
  denials: 'denials',
  authFailures: 'authFailures',
  /** Calls that the sweeper closed. */
  unknownCalls: 'unknownCalls',
  dependencyErrors: 'dependencyErrors',
  /** Attempts after the first, breakers that opened, and calls that an open one did not let through. */
  backendRetries: 'backendRetries',
  breakerOpened: 'breakerOpened',
  breakerRefused: 'breakerRefused',
  alarms: 'alarms',
} as const;

export type MetricName = (typeof METRICS)[keyof typeof METRICS];

/** What a call depends on outside of its function. */
export type Dependency =
  | 'jwks'
  | 'discovery'
  | 'identities'
  | 'audit'
  | 'state'
  | 'kms'
  | 'secrets'
  | 'backends'
  | 'upstream';

/** Names of ours only: each value of a dimension is a metric that is paid for, so no client may make up one. */
export type Dimension =
  | { readonly tool: string }
  | { readonly code: ErrorCode }
  | { readonly dependency: Dependency }
  | { readonly backend: string }
  | { readonly event: string };

/** Counted over the stack and by the dimension; without one, by function. */
export interface MetricGroup {
  readonly values: Readonly<Partial<Record<MetricName, number>>>;
  readonly by?: Dimension;
}

type EmfFields = Readonly<Record<string, string | number | object>>;

/** The fields to add to a log line that already has `service`. */
export function toEmf(groups: readonly MetricGroup[], stack: string, now: number): EmfFields {
  const fields: Record<string, string | number | object> = { stack };
  const directives = groups.map(({ values, by }) => {
    Object.assign(fields, values, by);
    return {
      Namespace: NAMESPACE,
      Dimensions: by === undefined ? [['stack', 'service']] : [['stack'], ['stack', ...Object.keys(by)]],
      Metrics: Object.keys(values).map((Name) => ({ Name })),
    };
  });
  fields['_aws'] = { Timestamp: now, CloudWatchMetrics: directives };
  return fields;
}
