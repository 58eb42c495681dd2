import { reportFailures, reportKmsFailures } from '../shared/aws/report-failures.ts';
import { createKmsKeys } from '../shared/backend/kms-keys.ts';
import { createPublishedKeys, type PublishedKeys } from '../shared/backend/published-keys.ts';
import type { SigningKeys } from '../shared/backend/signing-key.ts';
import { createStoredKeys } from '../shared/backend/stored-keys.ts';
import type { FunctionEnvironment, GatewayConfig } from '../shared/core/config.ts';
import { type Ports, requireTable, tablesOf } from './ports.ts';

/** The keys behind assertions. Of the two sides, the role of a function lets it use one. */
export interface AssertionKeys {
  readonly signing: SigningKeys;
  readonly published: PublishedKeys;
}

/** Undefined when no backend gets assertions. */
export function createAssertionKeys(
  env: FunctionEnvironment,
  { assertionSigning }: Pick<GatewayConfig, 'assertionSigning'>,
  ports: Ports,
): AssertionKeys | undefined {
  const { ASSERTION_KEY: kmsKey } = env;
  if (!kmsKey) return undefined;
  const { clock, log } = ports;
  if (ports.kms === undefined) throw new Error('ASSERTION_KEY is set for a function without KMS');
  const kms = reportKmsFailures(ports.kms, log);
  if (assertionSigning === 'kms') {
    const keys = createKmsKeys({ kms, kmsKey, clock });
    return { signing: keys, published: keys };
  }
  const table = requireTable('STATE_TABLE', env.STATE_TABLE);
  const stored = { dynamo: reportFailures(ports.dynamo, tablesOf(env), log), table, kms, kmsKey, clock, log };
  return { signing: createStoredKeys(stored), published: createPublishedKeys(stored) };
}
