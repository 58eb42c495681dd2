import { createHash, createHmac } from 'node:crypto';
import type { ReceivedRequest } from './backend.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * What the service would compute for a request as it came (AWS documentation, "Create a signed AWS API request"): written
 * from there and not from the signer. Returns the Authorization header that is due.
 */
export function expectedAuthorization(
  { method, target, headers, body }: ReceivedRequest,
  { id, secret, service, region }: Readonly<Record<'id' | 'secret' | 'service' | 'region', string>>,
): string {
  const [path = '', query = ''] = target.split('?');
  const time = String(headers['x-amz-date']);
  const scope = [time.slice(0, 8), region, service, 'aws4_request'].join('/');
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const canonical = [
    method,
    // Every service but S3 encodes the path once more than it is on the wire.
    path.split('/').map(encode).join('/'),
    query.split('&').sort().join('&'),
    ...signed.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    signed,
    sha256(body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secret}`);
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

/** All but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
