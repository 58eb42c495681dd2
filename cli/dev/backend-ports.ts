import type { McpPorts } from '../../functions/mcp/ports.ts';
import { createSignRequest } from '../../shared/aws/sign-request.ts';
import type { ReadSecret } from '../../shared/core/secret.ts';
import { createGuardedClient } from '../../shared/net/guarded-client.ts';
import { createLocalKms } from './local-kms.ts';

/** What calls to backends need: the real way out, keys of this process, and secrets from variables. */
export function backendPorts(
  others: ReadSecret,
  env: NodeJS.ProcessEnv = process.env,
): Pick<McpPorts, 'connect' | 'readSecret' | 'signRequest' | 'kms'> {
  return {
    connect: createGuardedClient,
    kms: createLocalKms(),
    signRequest: createSignRequest(),
    readSecret: async (arn, stage) => {
      const value = env[variableOf(arn)];
      return value === undefined ? others(arn, stage) : { value, id: 'dev' };
    },
  };
}

/** `arn:…:secret:crm-key-a1B2c3` → `SECRET_CRM_KEY`. */
function variableOf(arn: string): string {
  const name = (arn.split(':').at(-1) ?? '').replace(/-[A-Za-z0-9]{6}$/, '');
  return `SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}
