import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request as it goes over the wire. */
export interface SignableRequest {
  readonly method: string;
  readonly host: string;
  /** Percent-encoded. */
  readonly path: string;
  /** Percent-encoded, without `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface SigningScope {
  /** `execute-api`, `lambda`, … */
  readonly service: string;
  readonly region: string;
}

/** The headers to add: AWS Signature Version 4 by the role of this function. */
export type SignRequest = (request: SignableRequest, scope: SigningScope) => Promise<Readonly<Record<string, string>>>;

/** What the SDK's signer wants of a hash. */
class Sha256 {
  private readonly hash;
  constructor(secret?: ArrayBuffer | ArrayBufferView | string) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: ArrayBuffer | ArrayBufferView | string): void {
    this.hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {
    throw new Error('a hash is made once');
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView | string): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Lambda puts the role's credentials into the environment of the process, and keeps them for its life. */
async function ofEnvironment() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error('the environment has no AWS credentials');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}

export interface SignOptions {
  readonly credentials?: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }>;
  readonly now?: () => number;
}

export function createSignRequest({ credentials = ofEnvironment, now = Date.now }: SignOptions = {}): SignRequest {
  return async ({ method, host, path, query, headers, body }, { service, region }) => {
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const request = {
      method,
      protocol: 'https:',
      hostname: host,
      path,
      query: queryOf(query),
      headers: { ...headers, host },
      ...(body === undefined ? {} : { body }),
    };
    const signed = await signer.sign(request, { signingDate: new Date(now()) });
    const added = Object.entries(signed.headers).filter(([name]) => !(name in request.headers));
    return Object.fromEntries(added);
  };
}

function queryOf(query: string): Record<string, string | string[]> {
  const bag: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    bag[name] ??= [];
    bag[name].push(value);
  }
  return bag;
}
