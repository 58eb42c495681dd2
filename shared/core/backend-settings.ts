import { z } from 'zod';

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,512}$/;

/**
 * What of a backend depends on where the gateway is deployed; the rest is in code (shared/backends). Never a secret: what
 * is in here is in the template and in the environment of the functions.
 */
const backendSettings = z.strictObject({
  /** The base of every request: paths of tools go below it. */
  url: z.string().min(1).optional(),
  /** A Lambda function in the place of a URL: it is invoked. */
  functionArn: z.string().min(1).optional(),
  /** What the backend expects in `aud`: of an assertion, of an exchanged or of a forwarded token. Otherwise the URL. */
  audience: z.string().min(1).optional(),
  /** The secret (Secrets Manager) with the API key, or with the gateway's client at a token endpoint. */
  secretArn: z.string().regex(SECRET_ARN, 'must be the ARN of a secret').optional(),
  /** client-credentials and token-exchange: where tokens are asked for. */
  tokenUrl: z.string().min(1).optional(),
  /** aws-iam: what the gateway may call, as ARNs. */
  resources: z.array(z.string().min(1)).min(1).optional(),
  /** aws-iam: when it does not follow from the host of the URL. */
  region: z.string().min(1).optional(),
  /** forward-token: the operator has said by name that this backend gets the tokens of users. */
  forwardToken: z.literal(true).optional(),
});

export type BackendSettings = z.infer<typeof backendSettings>;

/** By the name of the backend in shared/backends. */
export const backendsSettings = z.record(z.string(), backendSettings);

export type BackendsSettings = z.infer<typeof backendsSettings>;

/** Whether this deployment has the backend at all. */
export function hasAddress(settings: BackendsSettings, name: string): boolean {
  const own = Object.hasOwn(settings, name) ? settings[name] : undefined;
  return own?.url !== undefined || own?.functionArn !== undefined;
}

/** What the operator gives in one parameter. Forwarding tokens has one of its own, so that it is never part of a list. */
export const givenSettings = z.record(z.string(), backendSettings.omit({ forwardToken: true }));
