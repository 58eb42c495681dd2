import { setTimeout as sleep } from 'node:timers/promises';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import { createAuth } from '../../shared/backend/auth/create-auth.ts';
import { type Backends, createBackends } from '../../shared/backend/call.ts';
import { createStoredKeys } from '../../shared/backend/stored-keys.ts';
import { requireUsable } from '../../shared/backends/check.ts';
import type { FunctionEnvironment, GatewayConfig } from '../../shared/core/config.ts';
import type { Registry } from '../../shared/registry/index.ts';
import { requireTable } from '../ports.ts';
import type { McpPorts } from './ports.ts';

/**
 * The backends of this deployment, each connected with its first call. Throws at init when one of them is configured in
 * a way that its table does not allow.
 */
export function connectBackends(
  env: FunctionEnvironment,
  { backends: settings = {}, environment, publicUrl }: GatewayConfig,
  { backends: table }: Registry,
  ports: McpPorts,
): Backends {
  requireUsable(table, settings);
  const { clock, log, dynamo, kms, readSecret, connect } = ports;
  const stateTable = requireTable('STATE_TABLE', env.STATE_TABLE);
  const kmsKey = env.ASSERTION_KMS_KEY ?? '';
  const keys = createStoredKeys({ dynamo, table: stateTable, kms, kmsKey, clock, log });
  const signer = createAssertionSigner({ keys, clock, issuer: publicUrl });
  return createBackends({
    table,
    settings,
    allowHttpLoopback: environment === 'dev',
    connect,
    authenticate: createAuth({ clock, log, readSecret, signer }),
    clock,
    random: Math.random,
    sleep: async (ms) => sleep(ms),
  });
}
