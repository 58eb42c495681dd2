import type { McpPorts } from '../../functions/mcp/ports.ts';
import { createSignRequest } from '../../shared/aws/sign-request.ts';
import { createGuardedClient } from '../../shared/net/guarded-client.ts';
import { createLocalKms } from './local-kms.ts';

/** What calls to backends need: the real way out, keys of this process, and no secrets but those of a variable. */
export function backendPorts(
  env: NodeJS.ProcessEnv = process.env,
): Pick<McpPorts, 'connect' | 'readSecret' | 'signRequest' | 'kms'> {
  return {
    connect: createGuardedClient,
    kms: createLocalKms(),
    signRequest: createSignRequest(),
    readSecret: async (arn) => {
      const value = env[variableOf(arn)];
      if (value === undefined) throw new Error(`${variableOf(arn)} is not set`);
      return { value, id: 'dev' };
    },
  };
}

/** `arn:…:secret:crm-key-a1B2c3` → `SECRET_CRM_KEY`. */
function variableOf(arn: string): string {
  const name = (arn.split(':').at(-1) ?? '').replace(/-[A-Za-z0-9]{6}$/, '');
  return `SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}
