import { type Stack, Validations } from 'aws-cdk-lib';

/** Findings of cdk-nag that we accept, each with the reason. test/infra/nag.test.ts fails on any other. */
const ACKNOWLEDGED: ReadonlyArray<{ readonly id: string; readonly reason: string }> = [];

export function acknowledgeFindings(stack: Stack): void {
  for (const finding of ACKNOWLEDGED) Validations.of(stack).acknowledge(finding);
}
