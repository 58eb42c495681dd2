import type { ReadSecret, SecretVersion } from '../../shared/core/secret.ts';

/** Secrets Manager as far as the relay knows it. */
export interface TestSecrets {
  readonly readSecret: ReadSecret;
  /** How often each secret was read, over all stages. */
  readonly reads: Map<string, number>;
  /** A new version: what was current becomes the previous one. */
  rotate(arn: string, value: string): void;
  /** From now on nothing can be read. */
  fail(): void;
  recover(): void;
}

export const KEYS_ARN = 'arn:keys';
export const CLIENT_SECRET_ARN = 'arn:client-secret';
export const CLIENT_SECRET = 'upstream-client-secret-1';

export function createSecrets(): TestSecrets {
  let made = 0;
  let down = false;
  const version = (value: string): SecretVersion => ({ value, id: `version-${++made}` });
  const versions = new Map<string, { readonly AWSCURRENT: SecretVersion; readonly AWSPREVIOUS?: SecretVersion }>([
    [KEYS_ARN, { AWSCURRENT: version('a1'.repeat(32)) }],
    [CLIENT_SECRET_ARN, { AWSCURRENT: version(CLIENT_SECRET) }],
  ]);
  const reads = new Map<string, number>();
  return {
    reads,
    readSecret: async (arn, stage) => {
      reads.set(arn, (reads.get(arn) ?? 0) + 1);
      if (down) throw new Error('no access to arn:aws:secretsmanager');
      return versions.get(arn)?.[stage];
    },
    rotate: (arn, value) => {
      const previous = versions.get(arn)?.AWSCURRENT;
      versions.set(arn, { AWSCURRENT: version(value), ...(previous && { AWSPREVIOUS: previous }) });
    },
    fail: () => {
      down = true;
    },
    recover: () => {
      down = false;
    },
  };
}
