import type { ReadSecret } from '../../shared/core/secret.ts';

/** One secret of Secrets Manager. */
export interface RotatingSecret {
  readonly readSecret: ReadSecret;
  /** ARNs in the order of the readings. */
  readonly reads: string[];
  /** Undefined: nothing can be read. */
  value: string | undefined;
}

export function createRotatingSecret(value: string): RotatingSecret {
  const reads: string[] = [];
  const secret: RotatingSecret = {
    value,
    reads,
    readSecret: async (arn) => {
      reads.push(arn);
      if (secret.value === undefined)
        throw Object.assign(new Error('no access to account 123'), { name: 'AccessDenied' });
      return { value: secret.value, id: String(reads.length) };
    },
  };
  return secret;
}
