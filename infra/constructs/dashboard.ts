import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../shared/core/metrics.ts';
import type { Metrics } from './metrics.ts';

export interface DashboardProps {
  readonly metrics: Metrics;
  readonly alarms: readonly cloudwatch.IAlarm[];
}

const STAGES = [METRICS.verify, METRICS.identity, METRICS.intent, METRICS.execute, METRICS.outcome];

/** One page: is it well, who is refused, where the time goes, what limits it. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { metrics, alarms }: DashboardProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    new cloudwatch.Dashboard(this, 'Board', {
      dashboardName: stackName,
      defaultInterval: Duration.days(1),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 })],
        [
          graph('Requests', [metrics.ofApi('Count', 'Sum'), metrics.ofApi('4xx', 'Sum'), metrics.ofApi('5xx', 'Sum')]),
          graph(
            'Latency at the API, ms',
            ['p50', 'p99'].map((statistic) => metrics.ofApi('Latency', statistic)),
          ),
          graph(
            'Stages of a call, p99 ms',
            STAGES.map((stage) => metrics.ownBy(stage, 'service', 'p99')),
          ),
        ],
        [
          graph('Calls by tool', [metrics.ownBy(METRICS.calls, 'tool')]),
          graph('Failed calls by tool', [metrics.ownBy(METRICS.failedCalls, 'tool')]),
          graph('Latency by function, p99 ms', [metrics.ownBy(METRICS.latency, 'service', 'p99')]),
        ],
        [
          graph('Denials by code', [metrics.ownBy(METRICS.denials, 'code')]),
          graph('Authentication failures by code', [metrics.ownBy(METRICS.authFailures, 'code')]),
          graph('Errors of dependencies', [metrics.ownBy(METRICS.dependencyErrors, 'dependency')]),
        ],
        [
          graph('Cold starts by function', [metrics.ownBy(METRICS.coldStarts, 'service')]),
          graph('Throttles', [
            metrics.throttledByApi(),
            metrics.overFunctions('Throttles'),
            metrics.throttledByTables(),
          ]),
          graph('Copies of mcp', [metrics.concurrencyOfMcp()]),
        ],
        [
          graph('Breakers of backends that opened', [metrics.ownBy(METRICS.breakerOpened, 'backend')]),
          graph('Calls that an open breaker refused', [metrics.ownBy(METRICS.breakerRefused, 'backend')]),
          graph('Repeated requests to backends', [metrics.ownBy(METRICS.backendRetries, 'backend')]),
        ],
        [
          graph('Calls closed as unknown', [metrics.ownBy(METRICS.unknownCalls, 'service')]),
          graph('Age of records waiting to be put back, s', [metrics.waitingToBeReplayed()]),
          graph('Archive behind the table, ms', [metrics.ageOfStream()]),
        ],
      ],
    });
  }
}

function graph(title: string, left: readonly cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left: [...left], width: 8, height: 6, liveData: false });
}
