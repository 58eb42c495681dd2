import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientLimits, createDynamo, DYNAMO_LIMITS, type Dynamo, type DynamoOptions } from './dynamodb.ts';

/** Of one session of a role, until it ends. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** The database as each of many sessions sees it. They share their connections: who asks is in the signature alone. */
export function createSessionDynamo(options: DynamoOptions = {}): (credentials: SessionCredentials) => Dynamo {
  let requestHandler = options.requestHandler;
  return (credentials) => {
    requestHandler ??= new DynamoDBClient(clientLimits(options.limits ?? DYNAMO_LIMITS)).config.requestHandler;
    return createDynamo({ ...options, credentials, requestHandler });
  };
}
