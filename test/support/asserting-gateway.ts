import { createAssertionKeys } from '../../functions/assertion-keys.ts';
import type { GatewayConfig } from '../../shared/core/config.ts';
import { testConfig } from './config.ts';
import type { TestDatabase } from './database.ts';
import { createTestGateway } from './gateway.ts';
import { captureLog } from './log.ts';
import { createFaultyKms, KMS_KEY } from './signing.ts';

/** A gateway some of whose backends get assertions, and the signing side of its mcp function. */
export function createAssertingGateway(database: TestDatabase, more: Partial<GatewayConfig> = {}) {
  const kms = createFaultyKms();
  const env = { ASSERTION_KEY: KMS_KEY };
  const config = testConfig({ assertionSigning: 'local', ...more });
  const gateway = createTestGateway(database, { config, env, kms: kms.kms });
  const { log } = captureLog();
  const clock = () => gateway.time.now;
  const ports = { clock, log, kms: kms.kms, dynamo: database.dynamo, getJson: gateway.issuer.getJson };
  const keys = createAssertionKeys({ ...env, STATE_TABLE: database.state }, config, ports)!;
  return {
    gateway,
    kms,
    clock,
    signing: keys.signing,
    get: () => gateway.send({ method: 'GET', path: '/.well-known/jwks.json' }),
  };
}
