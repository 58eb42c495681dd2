import { join } from 'node:path';

export type Environment = Readonly<Record<string, string>>;

export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** @throws Error unless the URL is one of this machine: nothing here may ever reach a real account */
export function requireLoopback(url: string): string {
  if (!LOOPBACK.has(new URL(url).hostname)) throw new Error(`${url} is not on this machine: refusing to go on.`);
  return url;
}

/**
 * What the AWS tools see: the emulator and credentials that no account has. Whatever the person at the keyboard has set
 * for AWS and the CDK (profiles, endpoints, tokens, files in the home directory) is gone.
 */
export function awsEnvironment(endpoint: string, work: string): Environment {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(AWS|CDK)_/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    HOME: work,
    TMPDIR: work,
    NO_PROXY: '127.0.0.1,localhost',
    CI: 'true',
    AWS_ENDPOINT_URL: requireLoopback(endpoint),
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(work, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(work, 'no-credentials'),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    CDK_HOME: join(work, 'cdk-home'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
  };
}

/** The same for the SDK clients of this process. */
export function enter(environment: Environment): void {
  for (const name of Object.keys(process.env)) if (/^(AWS|CDK)_/.test(name)) delete process.env[name];
  Object.assign(process.env, environment);
}
