import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Parameters } from '../../shared/core/parameters.ts';
import type { AlarmRule } from './alarm-rules.ts';

export interface AlarmsProps {
  readonly rules: readonly AlarmRule[];
  readonly parameters: Pick<Parameters, 'alarmEmail' | 'alarmTopicArn' | 'runbookUrl'>;
}

/** Every rule as an alarm, each with a link to what to do. Told to somebody only when there is an address or a topic. */
export class Alarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, { rules, parameters }: AlarmsProps) {
    super(scope, id);
    const topic = this.findTopic(parameters);
    const runbook = parameters.runbookUrl ?? 'docs/operate.md';
    this.all = rules.map((rule) => this.createAlarm(rule, `${runbook}#${toAnchor(rule.heading)}`));
    if (topic === undefined) return;
    for (const alarm of this.all) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
  }

  private createAlarm(rule: AlarmRule, link: string): cloudwatch.Alarm {
    const { id, what, metric, threshold, periods = 1, needsData = false } = rule;
    const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;
    return new cloudwatch.Alarm(this, id, {
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${what}${periods === 1 ? ', in 5 minutes' : `, for ${periods * 5} minutes`}. What to do: ${link}`,
      metric,
      threshold,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      // No requests, no data: a gateway that nobody uses is not broken.
      treatMissingData: needsData ? BREACHING : NOT_BREACHING,
    });
  }

  private findTopic({ alarmEmail, alarmTopicArn }: AlarmsProps['parameters']): sns.ITopic | undefined {
    if (alarmTopicArn !== undefined) return sns.Topic.fromTopicArn(this, 'Topic', alarmTopicArn);
    return alarmEmail === undefined ? undefined : this.createTopic(alarmEmail);
  }

  private createTopic(address: string): sns.Topic {
    const topic = new sns.Topic(this, 'Topic', { displayName: 'Gatehouse alarms', enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    const { partition, region, account } = Stack.of(this);
    // A policy of our own replaces the one by which alarms of this account may publish.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` } },
      }),
    );
    return topic;
  }
}

/** As GitHub makes them of headings. */
function toAnchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-');
}
