import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import type { FunctionEnvironment } from '../../shared/core/config.ts';
import type { Uid } from '../../shared/core/principal.ts';
import { createUserSessions } from '../../shared/store/user-sessions.ts';
import type { McpPorts } from './ports.ts';

/** The database as `context.store` of a user sees it: with isolation=iam by a session of that user, else as everybody does. */
export function dynamoOfUsers(env: FunctionEnvironment, ports: McpPorts): (uid: Uid) => Dynamo {
  const { dynamo, sessionDynamo } = ports;
  // There is no IAM on this machine, and a store without it is still each user's own.
  if (env.USER_ROLE === undefined || sessionDynamo === undefined) return () => dynamo;
  const options = { roleArn: env.USER_ROLE, region: env.AWS_REGION ?? '' };
  return createUserSessions(options, { ...ports, dynamoOf: sessionDynamo });
}
