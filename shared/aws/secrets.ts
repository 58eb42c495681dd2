import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { ReadSecret } from '../core/secret.ts';
import { collectBody } from './collect-body.ts';
import { endWithin } from './end-within.ts';
import { retryAtMost } from './retry.ts';

export interface SecretLimits {
  readonly attempts: number;
  readonly connectMs: number;
  /** From the request to the head of its answer, each attempt. */
  readonly requestMs: number;
  /** One read with all its attempts. */
  readonly totalMs: number;
}

/** Secrets are read rarely and kept, so a read may wait longer than the database; a person waits for its end. */
export const SECRET_LIMITS: SecretLimits = { attempts: 2, connectMs: 500, requestMs: 1000, totalMs: 2000 };

export interface SecretOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly limits?: SecretLimits;
}

/**
 * Secrets Manager. Whatever fails or hangs rejects in bounded time, with an error whose message is the service's: only
 * its name is for a log. The client is made at the first read, and costs nothing before.
 */
export function createReadSecret({ limits = SECRET_LIMITS, ...options }: SecretOptions = {}): ReadSecret {
  let client: SecretsManagerClient | undefined;
  return async (arn, stage) => {
    client ??= new SecretsManagerClient({ ...clientLimits(limits), ...options });
    const connected = client;
    const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
    try {
      const { SecretString: value, VersionId: id } = await endWithin(limits.totalMs, (abortSignal) =>
        connected.send(command, { abortSignal }),
      );
      if (value === undefined || id === undefined) throw new Error('the secret has no text');
      return { value, id };
    } catch (error) {
      // A secret that was never changed has no previous version.
      if (stage === 'AWSPREVIOUS' && error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
}

function clientLimits({ attempts, connectMs, requestMs }: SecretLimits): SecretsManagerClientConfig {
  return {
    retryStrategy: retryAtMost(attempts),
    streamCollector: collectBody,
    requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  };
}
