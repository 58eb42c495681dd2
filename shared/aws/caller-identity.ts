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

export interface CallerIdentityOptions {
  /** Outbound HTTP of a command line. */
  readonly post: Post;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const FORM = 'application/x-www-form-urlencoded; charset=utf-8';
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';
const TIMEOUT_MS = 10_000;

/**
 * The ARN by which AWS knows whoever runs this, from STS GetCallerIdentity: no policy can refuse it, and nobody can claim
 * to be somebody else. For the command line only.
 *
 * @throws Error without credentials or region, and when STS refuses them
 */
export async function callerArn({ post, env }: CallerIdentityOptions): Promise<string> {
  const { config } = new CloudFormationClient({});
  const region = await config.region();
  const endpoint = env['AWS_ENDPOINT_URL_STS'] ?? env['AWS_ENDPOINT_URL'] ?? publicEndpoint(region);
  const url = new URL('/', endpoint);
  const sign = createSignRequest({ credentials: config.credentials });
  const headers = { 'content-type': FORM };
  const request = { method: 'POST', host: url.host, path: '/', query: '', headers, body: BODY };
  const signed = await sign(request, { service: 'sts', region });
  const response = await post(url, {
    method: 'POST',
    headers: { ...headers, ...signed },
    body: BODY,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const arn = /<Arn>(arn:[^<\s]{1,500})<\/Arn>/.exec(await response.text())?.[1];
  if (response.status !== 200 || arn === undefined) throw new Error(`STS answered ${response.status}.`);
  return arn;
}

function publicEndpoint(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}
