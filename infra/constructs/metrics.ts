import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Dimension, type MetricName, NAMESPACE } from '../../shared/core/metrics.ts';
import { AUDIT_INDEXES } from '../../shared/core/tables.ts';
import type { HttpApi } from './http-api.ts';
import type { Tables } from './tables.ts';

export interface Monitored {
  readonly api: HttpApi;
  readonly mcp: lambda.Function;
  readonly functions: readonly lambda.IFunction[];
  readonly tables: Tables;
  readonly trail: MonitoredTrail;
}

export interface MonitoredTrail {
  readonly sweep: lambda.IFunction;
  readonly seal: lambda.IFunction;
  readonly archive: lambda.IFunction;
  /** Where deliveries wait that could not be put back. */
  readonly replayQueue: sqs.IQueue;
}

const PERIOD = Duration.minutes(5);

/** The metrics that alarms and the dashboard are made of: those of AWS, and ours from the log lines. */
export class Metrics extends Construct {
  private readonly monitored: Monitored;
  private readonly throttledRequests: cloudwatch.Metric;

  constructor(scope: Construct, id: string, monitored: Monitored) {
    super(scope, id);
    this.monitored = monitored;
    // An HTTP API has no metric for what its throttle refused.
    const filter = new MetricFilter(this, 'Throttled', {
      logGroup: monitored.api.accessLog,
      metricNamespace: NAMESPACE,
      metricName: `${Stack.of(this).stackName}-throttledRequests`,
      filterPattern: FilterPattern.stringValue('$.status', '=', '429'),
      metricValue: '1',
    });
    this.throttledRequests = filter.metric({ statistic: 'Sum', period: PERIOD });
  }

  /** Of ours: over the whole stack, or by one value of a dimension. */
  own(metricName: MetricName, by?: Dimension | { readonly service: string }, statistic = 'Sum'): cloudwatch.Metric {
    const dimensionsMap = { stack: Stack.of(this).stackName, ...by };
    return new cloudwatch.Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period: PERIOD });
  }

  /** One line a value of the dimension, also of values that did not occur yet when the stack was deployed. */
  ownBy(metricName: MetricName, dimension: string, statistic = 'Sum'): cloudwatch.MathExpression {
    const { stackName } = Stack.of(this);
    return new cloudwatch.MathExpression({
      expression: `SEARCH('{${NAMESPACE},stack,${dimension}} MetricName="${metricName}" stack="${stackName}"', '${statistic}', ${PERIOD.toSeconds()})`,
      usingMetrics: {},
      label: '',
      period: PERIOD,
    });
  }

  ofApi(metricName: '5xx' | '4xx' | 'Count' | 'Latency', statistic: string): cloudwatch.Metric {
    const dimensionsMap = { ApiId: this.monitored.api.id };
    return new cloudwatch.Metric({
      namespace: 'AWS/ApiGateway',
      metricName,
      dimensionsMap,
      statistic,
      period: PERIOD,
    });
  }

  throttledByApi(): cloudwatch.Metric {
    return this.throttledRequests;
  }

  concurrencyOfMcp(): cloudwatch.Metric {
    return this.monitored.mcp.metric('ConcurrentExecutions', { statistic: 'Maximum', period: PERIOD });
  }

  /** Seconds. */
  waitingToBeReplayed(): cloudwatch.Metric {
    return this.monitored.trail.replayQueue.metricApproximateAgeOfOldestMessage({
      statistic: 'Maximum',
      period: PERIOD,
    });
  }

  /** Milliseconds that the archive is behind the table. */
  ageOfStream(): cloudwatch.Metric {
    return this.monitored.trail.archive.metric('IteratorAge', { statistic: 'Maximum', period: PERIOD });
  }

  runsOf(which: 'sweep' | 'seal'): cloudwatch.Metric {
    return this.monitored.trail[which].metricInvocations({ statistic: 'Sum', period: PERIOD });
  }

  overFunctions(metricName: 'Errors' | 'Throttles'): cloudwatch.MathExpression {
    return sum(
      metricName.toLowerCase(),
      this.monitored.functions.map((fn) => fn.metric(metricName, { statistic: 'Sum', period: PERIOD })),
    );
  }

  /** Reads and writes of every table, and writes that an index of the audit table held up. */
  throttledByTables(): cloudwatch.MathExpression {
    const { identities, audit, state } = this.monitored.tables;
    const of = (table: TableV2, metricName: string, more: Record<string, string> = {}) =>
      new cloudwatch.Metric({
        namespace: 'AWS/DynamoDB',
        metricName,
        dimensionsMap: { TableName: table.tableName, ...more },
        statistic: 'Sum',
        period: PERIOD,
      });
    return sum('tables', [
      ...[identities, audit, state].flatMap((table) => [
        of(table, 'ReadThrottleEvents'),
        of(table, 'WriteThrottleEvents'),
      ]),
      ...AUDIT_INDEXES.map((index) => of(audit, 'WriteThrottleEvents', { GlobalSecondaryIndexName: index })),
    ]);
  }
}

export function math(
  expression: string,
  usingMetrics: Record<string, cloudwatch.IMetric>,
  label: string,
): cloudwatch.MathExpression {
  return new cloudwatch.MathExpression({ expression, usingMetrics, label, period: PERIOD });
}

/**
 * A metric without data in a period counts as none: most of these have data only when something is wrong. SUM leaves
 * out a metric that has none at all, with which `+` would have no result either.
 */
export function sum(name: string, metrics: readonly cloudwatch.IMetric[]): cloudwatch.MathExpression {
  // Ids are shared by all metrics of a graph.
  const named = Object.fromEntries(metrics.map((metric, at) => [`${name}${at}`, metric]));
  const terms = Object.keys(named).map((id) => `FILL(${id}, 0)`);
  return math(`SUM([${terms.join(', ')}])`, named, name);
}
