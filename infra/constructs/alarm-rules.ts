import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Dependency } from '../../shared/core/metrics.ts';
import type { Parameters } from '../../shared/core/parameters.ts';
import { type Metrics, math, sum } from './metrics.ts';

/** One alarm: when it goes off, and the heading of docs/operate.md that says what to do. */
export interface AlarmRule {
  readonly id: string;
  /** In docs/operate.md, as `### <heading>`. */
  readonly heading: string;
  readonly what: string;
  readonly metric: cloudwatch.IMetric;
  /** Reached or passed. */
  readonly threshold: number;
  /** No data is bad too: of what has to run. */
  readonly needsData?: boolean;
  /** Periods of five minutes that must be bad, of as many. */
  readonly periods?: number;
}

type Thresholds = Pick<
  Parameters,
  'alarmLatencyMs' | 'alarmAuthFailures' | 'alarmDenials' | 'reservedConcurrency' | 'authorizationServer'
> & {
  /** Whether a backend gets assertions. */
  readonly assertions: boolean;
  /** Whether tools call services at all. */
  readonly backends: boolean;
};

export function alarmRules(metrics: Metrics, thresholds: Thresholds): readonly AlarmRule[] {
  return [
    ...answers(metrics, thresholds),
    ...capacity(metrics, thresholds),
    ...dependencies(metrics, thresholds),
    ...trail(metrics),
    ...people(metrics, thresholds),
  ];
}

function answers(metrics: Metrics, { alarmLatencyMs }: Thresholds): readonly AlarmRule[] {
  const errors = metrics.ofApi('5xx', 'Sum');
  const count = metrics.ofApi('Count', 'Sum');
  return [
    {
      id: 'ServerErrors',
      heading: 'Server errors',
      what: '1 in 100 requests, and at least 3, ended in a 5xx',
      // Three, so that one failed request at night is not an alarm.
      metric: math('IF(errors >= 3, 100 * errors / count, 0)', { errors, count }, '5xx, percent'),
      threshold: 1,
      periods: 2,
    },
    {
      id: 'SlowAnswers',
      heading: 'Slow answers',
      what: `1 in 100 requests took ${alarmLatencyMs} ms or longer`,
      metric: metrics.ofApi('Latency', 'p99'),
      threshold: alarmLatencyMs,
      periods: 3,
    },
    {
      id: 'FunctionErrors',
      heading: 'Function errors',
      what: 'A function crashed, ran out of memory or timed out',
      metric: metrics.overFunctions('Errors'),
      threshold: 1,
    },
  ];
}

function capacity(metrics: Metrics, { reservedConcurrency }: Thresholds): readonly AlarmRule[] {
  const rules: AlarmRule[] = [
    {
      id: 'FunctionThrottles',
      heading: 'Function throttles',
      what: 'Lambda refused to start a function',
      metric: metrics.overFunctions('Throttles'),
      threshold: 1,
    },
    {
      id: 'ApiThrottles',
      heading: 'API throttles',
      what: 'The API refused 10 requests above throttleRate',
      metric: metrics.throttledByApi(),
      threshold: 10,
    },
    {
      id: 'TableThrottles',
      heading: 'Table throttles',
      what: 'DynamoDB throttled 10 requests',
      metric: metrics.throttledByTables(),
      threshold: 10,
    },
  ];
  if (reservedConcurrency === undefined) return rules;
  const concurrency: AlarmRule = {
    id: 'Concurrency',
    heading: 'Concurrency nearly used up',
    what: `The mcp function runs at 80 % of its ${reservedConcurrency} reserved copies`,
    metric: metrics.concurrencyOfMcp(),
    threshold: Math.max(1, Math.floor(reservedConcurrency * 0.8)),
  };
  return [...rules, concurrency];
}

function dependencies(
  metrics: Metrics,
  { assertions, backends, authorizationServer }: Thresholds,
): readonly AlarmRule[] {
  const errors = (dependency: Dependency) => metrics.own('dependencyErrors', { dependency });
  const signing: AlarmRule = {
    id: 'SigningKeys',
    heading: 'Signing keys',
    what: 'KMS did not answer 3 times',
    metric: sum('kms', [errors('kms')]),
    threshold: 3,
  };
  const isRelay = authorizationServer === 'relay';
  return [
    {
      id: 'AuditTrail',
      heading: 'Audit trail',
      what: 'A record could not be written as it should, or conflicts with another one',
      metric: metrics.own('alarms'),
      threshold: 1,
    },
    {
      id: 'IdentityProvider',
      heading: 'Identity provider',
      what: isRelay
        ? 'Signing keys, the discovery document or tokens could not be had 3 times'
        : 'Signing keys or the discovery document could not be fetched 3 times',
      metric: sum('idp', [errors('jwks'), errors('discovery'), ...(isRelay ? [errors('upstream')] : [])]),
      threshold: 3,
    },
    ...(isRelay ? [secretsOfRelay(errors('secrets'))] : []),
    {
      id: 'Tables',
      heading: 'Tables',
      what: '3 operations on a table failed',
      metric: sum('table', [errors('identities'), errors('audit'), errors('state')]),
      threshold: 3,
    },
    ...(backends ? [breakersOf(metrics)] : []),
    ...(assertions ? [signing] : []),
  ];
}

function trail(metrics: Metrics): readonly AlarmRule[] {
  return [
    {
      id: 'AuditSweep',
      heading: 'Audit sweep',
      what: 'The sweeper of the audit trail did not run',
      metric: math('IF(runs < 1, 1, 0)', { runs: metrics.runsOf('sweep') }, 'no run'),
      threshold: 1,
      needsData: true,
      periods: 2,
    },
    {
      id: 'AuditSeal',
      heading: 'Audit seal',
      what: 'The sealer of the audit trail did not run',
      metric: math('IF(runs < 1, 1, 0)', { runs: metrics.runsOf('seal') }, 'no run'),
      threshold: 1,
      needsData: true,
      periods: 2,
    },
    {
      id: 'AuditArchive',
      heading: 'Audit archive',
      what: 'The archive is an hour behind the audit table; after 24 hours records would be missing in it',
      metric: metrics.ageOfStream(),
      threshold: 3_600_000,
    },
    {
      id: 'AuditReplay',
      heading: 'Audit replay',
      what: 'Records of the second sink wait for an hour to be put back',
      metric: metrics.waitingToBeReplayed(),
      threshold: 3600,
    },
  ];
}

/** Each copy of the function has its own: one that opens once has met one bad moment. */
function breakersOf(metrics: Metrics): AlarmRule {
  return {
    id: 'Backends',
    heading: 'Backends',
    what: 'Backends failed so often in a row that 3 times they were left alone for a while',
    metric: metrics.own('breakerOpened'),
    threshold: 3,
  };
}

function secretsOfRelay(metric: cloudwatch.IMetric): AlarmRule {
  return {
    id: 'RelaySecrets',
    heading: 'Relay secrets',
    what: 'A secret of the relay could not be read 3 times',
    metric,
    threshold: 3,
  };
}

function people(metrics: Metrics, { alarmAuthFailures, alarmDenials }: Thresholds): readonly AlarmRule[] {
  const failures = metrics.own('authFailures');
  const missing = metrics.own('authFailures', { code: 'NO_AUTH' });
  const expired = metrics.own('authFailures', { code: 'TOKEN_EXPIRED' });
  return [
    {
      id: 'AuthFailures',
      heading: 'Authentication failures',
      what: `${alarmAuthFailures} tokens were refused; missing and expired ones, which every client sends, not counted`,
      // SUM and not a subtraction: without any missing or expired token that would have no result.
      metric: math(
        'SUM([failures, -1 * FILL(missing, 0), -1 * FILL(expired, 0)])',
        { failures, missing, expired },
        'bad tokens',
      ),
      threshold: alarmAuthFailures,
    },
    {
      id: 'Denials',
      heading: 'Denials',
      what: `${alarmDenials} requests were denied`,
      metric: metrics.own('denials'),
      threshold: alarmDenials,
    },
  ];
}
