import { createHash } from 'node:crypto';
import type { Answered, Asked } from './fault-proxy.ts';
import type { MemoryObjects } from './objects.ts';

export interface S3Server {
  readonly stored: MemoryObjects['stored'];
  readonly held: Set<string>;
  readonly answer: (asked: Asked) => Promise<Answered>;
}

const XML = { 'content-type': 'application/xml' };
const PAGE = 3;

/**
 * The wire protocol of S3 for one bucket, as far as the archive uses it (S3 API Reference: PutObject, GetObject,
 * ListObjectsV2, PutObjectLegalHold), so that the real client can be asked. A put without `If-None-Match: *` is refused
 * as by the bucket's policy, one whose checksum is wrong as by S3.
 */
export function createS3Server(): S3Server {
  const stored: S3Server['stored'] = new Map();
  const held = new Set<string>();
  const put = (key: string, { headers, body }: Asked): Answered => {
    if (headers['if-none-match'] !== '*') return refusal(403, 'AccessDenied');
    const digest = createHash('sha256').update(body).digest('base64');
    if (headers['x-amz-checksum-sha256'] !== digest) return refusal(400, 'BadDigest');
    if (stored.has(key)) return refusal(412, 'PreconditionFailed');
    stored.set(key, { body: Uint8Array.from(body), metadata: metadataOf(headers) });
    return { status: 200, headers: { etag: '"made"' }, body: '' };
  };
  const get = (key: string): Answered => {
    const object = stored.get(key);
    if (object === undefined) return refusal(404, 'NoSuchKey');
    const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
    return { status: 200, headers: Object.fromEntries(metadata), body: Buffer.from(object.body) };
  };
  const list = (prefix: string, after: string): Answered => {
    const keys = [...stored.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE);
    const more = keys.length > PAGE;
    const contents = page.map(
      (key) => `<Contents><Key>${key}</Key><Size>${stored.get(key)?.body.length}</Size></Contents>`,
    );
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    const body = `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
    return { status: 200, headers: XML, body };
  };
  const answer = async (asked: Asked): Promise<Answered> => {
    const { pathname, searchParams } = new URL(asked.path, 'http://s3.local');
    const key = decodeURIComponent(pathname).split('/').slice(2).join('/');
    if (searchParams.has('list-type')) {
      return list(searchParams.get('prefix') ?? '', searchParams.get('continuation-token') ?? '');
    }
    if (searchParams.has('legal-hold')) {
      if (!stored.has(key)) return refusal(404, 'NoSuchKey');
      if (asked.body.includes('<Status>ON</Status>')) held.add(key);
      else held.delete(key);
      return { status: 200, headers: {}, body: '' };
    }
    return asked.method === 'PUT' ? put(key, asked) : get(key);
  };
  return { stored, held, answer };
}

/** How the real client reaches it. */
export function localS3(endpoint: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { bucket: 'archive', endpoint, region: 'local', credentials, forcePathStyle: true };
}

function metadataOf(headers: Asked['headers']): Readonly<Record<string, string>> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  return Object.fromEntries(named.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]));
}

function refusal(status: number, code: string): Answered {
  return { status, headers: XML, body: `<Error><Code>${code}</Code><Message>no</Message></Error>` };
}
