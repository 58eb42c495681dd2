/** One version of a secret in Secrets Manager. */
export interface SecretVersion {
  readonly value: string;
  /** Names the version among those of its secret; not secret itself. */
  readonly id: string;
}

/** AWSPREVIOUS is what the secret was before its last change; undefined when there is none. */
export type ReadSecret = (arn: string, stage: 'AWSCURRENT' | 'AWSPREVIOUS') => Promise<SecretVersion | undefined>;
