import type { DynamoOptions } from '../../shared/aws/dynamodb.ts';

/** The engine shares a process and a busy machine with the gateway: the limits of a network would be chance here. */
const LIMITS = { attempts: 2, connectMs: 2000, requestMs: 5000, totalMs: 10_000 };

/** The embedded engine takes any credentials. */
export function localDynamo(endpoint: string): DynamoOptions & { readonly endpoint: string } {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint, region: 'local', credentials, limits: LIMITS };
}
