import type { SignRequest } from '../../aws/sign-request.ts';
import { type AuthMode, CredentialsUnavailable } from './mode.ts';

/**
 * AWS Signature Version 4 by the role of the gateway: for an API Gateway or a function URL with IAM authorization. The
 * backend learns that it is the gateway, and nothing that it could check of the user.
 */
export interface AwsIamAuth {
  readonly mode: 'aws-iam';
  /** `execute-api` (API Gateway) or `lambda` (function URL). */
  readonly service: 'execute-api' | 'lambda';
}

const HEADERS = ['authorization', 'x-amz-date', 'x-amz-content-sha256', 'x-amz-security-token'];

export function awsIamAuth({ service }: AwsIamAuth, url: URL, region: string, sign: SignRequest): AuthMode {
  return {
    headers: HEADERS,
    credentials: async ({ method, path, query, body }) => {
      const text = body === undefined ? undefined : Buffer.from(body as string | Uint8Array).toString('utf8');
      const request = { method, host: url.host, path, query, headers: {}, body: text };
      try {
        return { headers: await sign(request, { service, region }) };
      } catch {
        // The message may name a key.
        throw new CredentialsUnavailable('signing_failed');
      }
    },
  };
}

/** `<id>.execute-api.<region>.amazonaws.com` and `<id>.lambda-url.<region>.on.aws`. */
export function regionOf(host: string): string | undefined {
  return /^[a-z0-9-]+\.(?:execute-api|lambda-url)\.([a-z0-9-]+)\./.exec(host)?.[1];
}
