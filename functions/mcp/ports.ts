import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import { createKms } from '../../shared/aws/kms-client.ts';
import { createReadSecret } from '../../shared/aws/secrets.ts';
import { createSessionDynamo, type SessionCredentials } from '../../shared/aws/session-dynamo.ts';
import { createSignRequest, type SignRequest } from '../../shared/aws/sign-request.ts';
import type { ReadSecret } from '../../shared/core/secret.ts';
import { createGuardedClient, type NetPolicy } from '../../shared/net/guarded-client.ts';
import type { Send } from '../../shared/net/send.ts';
import { createPorts, type Ports } from '../ports.ts';

/** What calls to backends need beside what every function does. */
export interface McpPorts extends Ports {
  /** A way out for one backend. */
  readonly connect: (policy: NetPolicy) => Send;
  readonly readSecret: ReadSecret;
  readonly signRequest: SignRequest;
  /** isolation=iam: the database as one session sees it. Left out where there is no IAM: in local development. */
  readonly sessionDynamo?: (credentials: SessionCredentials) => Dynamo;
}

export function createMcpPorts(): McpPorts {
  const ports = createPorts('gatehouse-mcp');
  const connect = (policy: NetPolicy) => createGuardedClient(policy, { clock: ports.clock });
  const [signRequest, sessionDynamo] = [createSignRequest(), createSessionDynamo()];
  return { ...ports, connect, kms: createKms(), readSecret: createReadSecret(), signRequest, sessionDynamo };
}
