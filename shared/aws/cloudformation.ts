import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

/** Outputs of a deployed stack by name. Rejects with the service's error. For the command line only. */
export async function stackOutputs(stackName: string): Promise<ReadonlyMap<string, string>> {
  const client = new CloudFormationClient({ maxAttempts: 2 });
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
  return new Map((Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}
