import { type Stack, Validations } from 'aws-cdk-lib';
import type { Parameters } from '../shared/core/parameters.ts';

/** Findings of cdk-nag that we accept, each with the reason. test/infra/nag.test.ts fails on any other. */
const ACKNOWLEDGED: ReadonlyArray<{ readonly id: string; readonly reason: string }> = [
  {
    id: 'AwsSolutions::AwsSolutions-APIG4',
    reason:
      'The functions verify the token themselves: an authorizer cannot answer with the challenge that MCP clients need.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-COG2',
    reason: 'MFA is offered; mfa=required demands it. The operator of the user pool knows whether users federate in.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-COG8',
    reason: 'Essentials is the plan that binds aud to the resource; Plus costs more and is a parameter.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray writes take no resource. test/infra/policies.test.ts shows that no other statement has a wildcard.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-SQS3',
    reason: 'The queue is the one of deliveries that failed; what stays in it for an hour is an alarm.',
  },
  {
    id: 'Serverless::Serverless-LambdaDLQ',
    reason:
      'API Gateway and Cognito invoke synchronously: a failure goes to the caller. What runs every minute goes on in the next one, and failed replays have a queue.',
  },
];

const PREFIXES = ['records', 'rejected', 'tamper', 'claims', 'log', 'seals', 'manifests'] as const;
const IN_PREFIX =
  'The objects of a prefix: each function has the prefixes that it writes, and no right to replace or delete.';
const NEXT_MINUTE =
  'It runs every minute and goes on where it stood: the next run is the repetition, and two missing ones are an alarm.';

/** Of what keeps the audit trail. */
const ACKNOWLEDGED_TRAIL: typeof ACKNOWLEDGED = [
  {
    id: 'AwsSolutions::AwsSolutions-S1',
    reason:
      'Data events of CloudTrail say who read or wrote; access logs would need one more bucket to guard. docs/operate.md says how.',
  },
  ...PREFIXES.map((prefix) => ({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::<ArchiveBucket49F1AC64.Arn>/${prefix}/*]`,
    reason: IN_PREFIX,
  })),
  { id: 'Serverless::Serverless-LambdaAsyncFailureDestination', reason: NEXT_MINUTE },
  { id: 'Serverless::Serverless-EventBusDLQ', reason: NEXT_MINUTE },
  {
    id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
    reason:
      'A batch is tried until it succeeds: given up and noted elsewhere it would be missing in the archive. Being behind is an alarm.',
  },
  {
    id: 'Serverless::Serverless-SQSRedrivePolicy',
    reason: 'The queue is itself the one of deliveries that failed; what stays in it for an hour is an alarm.',
  },
];

/** Only where CloudFront is in front. */
const ACKNOWLEDGED_EDGE: typeof ACKNOWLEDGED = [
  {
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason:
      'The secret is rotated by a deploy (edgeSecretGeneration): CloudFront and the functions must change in order.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-CFR1',
    reason: 'From which countries a gateway is used is for its operator to know; webAclArn takes rules for it.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-CFR3',
    reason:
      'What passes is in the log of the API and of the functions, what does not is in the log of the web ACL, without tokens.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-CFR4',
    reason: 'Without domainName the name is that of CloudFront, which sets the TLS version itself.',
  },
];

/** Only with the relay. */
const ACKNOWLEDGED_RELAY: typeof ACKNOWLEDGED = [
  {
    id: 'AwsSolutions::AwsSolutions-SMG4',
    reason:
      'A rotation ends refresh tokens that are older than the one before it: its time is for the operator to choose. The other secret is of the identity provider.',
  },
];

/** Only where the stack makes the topic of its alarms. */
const ACKNOWLEDGED_TOPIC: typeof ACKNOWLEDGED = [
  {
    id: 'Serverless::Serverless-SNSRedrivePolicy',
    reason: 'An alarm that cannot be mailed stays an alarm in CloudWatch; a queue of them would be read by nobody.',
  },
];

export function acknowledgeFindings(stack: Stack, { cloudFront, alarmEmail, authorizationServer }: Parameters): void {
  const found = [
    ...ACKNOWLEDGED,
    ...ACKNOWLEDGED_TRAIL,
    ...(cloudFront ? ACKNOWLEDGED_EDGE : []),
    ...(authorizationServer === 'relay' ? ACKNOWLEDGED_RELAY : []),
    ...(alarmEmail === undefined ? [] : ACKNOWLEDGED_TOPIC),
  ];
  for (const finding of new Map(found.map((one) => [one.id, one])).values()) Validations.of(stack).acknowledge(finding);
}
