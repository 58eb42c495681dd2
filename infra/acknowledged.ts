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
    reason: 'MFA is offered and left to the operator of the user pool, who knows whether users federate in.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-COG8',
    reason: 'Essentials is the plan that binds aud to the resource; Plus costs more and is the choice of the operator.',
  },
  {
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray writes take no resource. test/infra/policies.test.ts shows that no other statement has a wildcard.',
  },
  {
    id: 'Serverless::Serverless-LambdaDLQ',
    reason: 'API Gateway invokes synchronously: a failure is answered to the caller, and nothing would reach a queue.',
  },
];

export function acknowledgeFindings(stack: Stack, parameters: Parameters): void {
  for (const finding of ACKNOWLEDGED) Validations.of(stack).acknowledge(finding);
}
