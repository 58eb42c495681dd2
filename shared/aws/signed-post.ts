import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { createSignRequest } from './sign-request.ts';

/** As much of `fetch` as is needed. */
type Post = (url: URL, init: PostInit) => Promise<{ readonly status: number; text(): Promise<string> }>;

interface PostInit {
  readonly method: 'POST';
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: 'error';
  readonly signal: AbortSignal;
}

export interface SignedPostOptions {
  /** Outbound HTTP of a command line. */
  readonly post: Post;
  /** `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, as the AWS SDKs read them. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `service` as in its host name and its signatures: `sts`. */
export type SignedPost = (
  service: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<{ readonly status: number; readonly text: string }>;

const TIMEOUT_MS = 10_000;

/**
 * Requests to services of AWS that this project has no client of, with the credentials and the region that the SDK finds
 * for a person: environment, profile, single sign-on. For the command line only. Rejects without credentials or region.
 */
export function createSignedPost({ post, env }: SignedPostOptions): SignedPost {
  const { config } = new CloudFormationClient({});
  const sign = createSignRequest({ credentials: config.credentials });
  return async (service, headers, body) => {
    const region = await config.region();
    const given = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? env['AWS_ENDPOINT_URL'];
    const url = new URL('/', given ?? publicEndpoint(service, region));
    const request = { method: 'POST', host: url.host, path: '/', query: '', headers, body };
    const signed = await sign(request, { service, region });
    const response = await post(url, {
      method: 'POST',
      headers: { ...headers, ...signed },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  };
}

function publicEndpoint(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
