import { setTimeout as sleep } from 'node:timers/promises';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import { createAuth } from '../../shared/backend/auth/create-auth.ts';
import { type Backends, createBackends } from '../../shared/backend/call.ts';
import { type SigningKeys, SigningUnavailable } from '../../shared/backend/signing-key.ts';
import { requireUsable, usesAssertions } from '../../shared/backends/check.ts';
import { type FunctionEnvironment, type GatewayConfig, idpsOf } from '../../shared/core/config.ts';
import type { Registry } from '../../shared/registry/index.ts';
import { createAssertionKeys } from '../assertion-keys.ts';
import type { McpPorts } from './ports.ts';

/** Never asked: no backend of this deployment gets assertions. */
const NO_KEYS: SigningKeys = {
  current: async () => {
    throw new SigningUnavailable();
  },
};

/**
 * The backends of this deployment, each connected with its first call. Throws at init when one of them is configured in
 * a way that its table does not allow.
 */
export function connectBackends(
  env: FunctionEnvironment,
  config: GatewayConfig,
  { backends: table }: Registry,
  ports: McpPorts,
): Backends {
  const { backends: settings = {}, environment, publicUrl } = config;
  const ours = idpsOf(config).flatMap(({ audience }) => audience);
  requireUsable(table, settings, ours);
  const { clock, log, readSecret, connect, signRequest } = ports;
  const allowHttpLoopback = environment === 'dev';
  const keys = createAssertionKeys(env, config, ports)?.signing;
  if (keys === undefined && usesAssertions(table, settings)) throw new Error('ASSERTION_KEY is not set');
  const signer = createAssertionSigner({ keys: keys ?? NO_KEYS, clock, issuer: publicUrl });
  return createBackends({
    table,
    settings,
    allowHttpLoopback,
    connect,
    signRequest,
    authenticate: createAuth({ clock, log, readSecret, signer, signRequest, connect, allowHttpLoopback }),
    clock,
    log,
    random: Math.random,
    sleep: async (ms) => sleep(ms),
  });
}
