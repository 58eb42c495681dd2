import type { DynamoOptions } from '../../shared/aws/dynamodb.ts';

/** The embedded engine takes any credentials. */
export function localDynamo(endpoint: string): DynamoOptions {
  return { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}
