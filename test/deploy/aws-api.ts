import { createHash, createHmac } from 'node:crypto';
import { REGION, requireLoopback } from './environment.ts';

/** Calls of services that the project itself never uses, so that no client library of theirs has to be a dependency. */
export interface AwsApi {
  /** Services with a JSON protocol and a target header: DynamoDB, CloudWatch Logs, Cognito, Secrets Manager. */
  json(service: string, target: string, input: object): Promise<Json>;
  /** Services with resources at paths: Lambda, API Gateway. */
  get(service: string, path: string): Promise<Json>;
  /** What came back, JSON. */
  post(service: string, path: string, input: object): Promise<unknown>;
  /** S3: the path of an object, percent-encoded. */
  put(service: string, path: string, body: Uint8Array): Promise<void>;
  /** Services with form fields and XML: IAM, CloudFormation. */
  query(service: string, version: string, fields: Readonly<Record<string, string>>): Promise<string>;
}

export type Json = Readonly<Record<string, unknown>>;

interface Call {
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const TIMEOUT_MS = 15_000;

/** @throws Error with the service's answer when it is not 2xx */
export function createAwsApi(endpoint: string): AwsApi {
  const { origin, host } = new URL(requireLoopback(endpoint));
  const send = async (call: Call): Promise<string> => {
    const response = await fetch(`${origin}${call.path}`, {
      method: call.method,
      headers: sign(call, host, new Date()),
      ...(call.method === 'GET' ? {} : { body: call.body as string }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${call.service} ${call.path}: ${response.status} ${text}`);
    return text;
  };
  return {
    json: async (service, target, input) => {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
      return JSON.parse(
        (await send({ service, method: 'POST', path: '/', headers, body: JSON.stringify(input) })) || '{}',
      );
    },
    get: async (service, path) => JSON.parse(await send({ service, method: 'GET', path, headers: {}, body: '' })),
    post: async (service, path, input) => {
      const headers = { 'content-type': 'application/json' };
      return JSON.parse(await send({ service, method: 'POST', path, headers, body: JSON.stringify(input) }));
    },
    put: async (service, path, body) => void (await send({ service, method: 'PUT', path, headers: {}, body })),
    query: (service, version, fields) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = new URLSearchParams({ ...fields, Version: version }).toString();
      return send({ service, method: 'POST', path: '/', headers, body });
    },
  };
}

/** Signature version 4, with the emulator's root credentials: it has to know who asks, since it evaluates policies. */
function sign({ service, method, path, headers, body }: Call, host: string, now: Date): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = [time.slice(0, 8), REGION, service, 'aws4_request'];
  const signed: Record<string, string> = { ...headers, host, 'x-amz-content-sha256': sha256(body), 'x-amz-date': time };
  const names = Object.keys(signed).sort();
  const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
  const canonical = [method, path, '', lines, names.join(';'), sha256(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Buffer>((secret, part) => hmac(secret, part), Buffer.from('AWS4test'));
  const signature = hmac(key, text).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=test/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const { host: _host, ...sent } = signed;
  return { ...sent, authorization };
}

function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
