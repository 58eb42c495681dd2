import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { endWithin } from './end-within.ts';
import { type Objects, requireKey } from './objects.ts';
import { retryAtMost } from './retry.ts';

export interface S3Limits {
  readonly attempts: number;
  readonly connectMs: number;
  /** From the request to the head of its answer, each attempt. */
  readonly requestMs: number;
  /** One operation with all its attempts, and the body of the answer. */
  readonly totalMs: number;
}

/** Of functions that run beside the calls, and may wait. */
const S3_LIMITS: S3Limits = { attempts: 3, connectMs: 1000, requestMs: 5000, totalMs: 15_000 };

export interface S3Options {
  readonly bucket: string;
  /** Put before every key, and ends with a slash unless it is empty. */
  readonly prefix?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The bucket in the path of a URL and not in its host: what emulators serve. */
  readonly forcePathStyle?: boolean;
  readonly limits?: S3Limits;
}

/** S3 with `If-None-Match: *` on every put (S3 User Guide, "Conditional writes"): an object is never replaced. */
export function createS3Objects({ bucket, prefix = '', limits = S3_LIMITS, ...options }: S3Options): Objects {
  let connected: S3Client | undefined;
  const client = () => {
    connected ??= new S3Client({ ...clientLimits(limits), ...options });
    return connected;
  };
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${requireKey(key)}` });
  return {
    putIfAbsent: async (key, body, { metadata, contentType } = {}) => {
      const command = new PutObjectCommand({
        ...at(key),
        Body: body,
        IfNoneMatch: '*',
        // A bucket with Object Lock takes nothing without a checksum.
        ChecksumAlgorithm: 'SHA256',
        ...(metadata === undefined ? {} : { Metadata: { ...metadata } }),
        ...(contentType === undefined ? {} : { ContentType: contentType }),
      });
      try {
        await endWithin(limits.totalMs, (abortSignal) => client().send(command, { abortSignal }));
        return { created: true };
      } catch (error) {
        if (statusOf(error) === 412) return { created: false };
        throw error;
      }
    },
    get: (key) =>
      endWithin(limits.totalMs, async (abortSignal) => {
        try {
          const { Body, Metadata = {} } = await client().send(new GetObjectCommand(at(key)), { abortSignal });
          if (Body === undefined) throw new Error('S3 answered without a body');
          return { body: await Body.transformToByteArray(), metadata: Metadata };
        } catch (error) {
          if (error instanceof NoSuchKey || statusOf(error) === 404) return undefined;
          throw error;
        }
      }),
    list: (asked) => listed(client, { Bucket: bucket, Prefix: `${prefix}${asked}` }, prefix.length, limits),
    hold: async (key, on) => {
      const command = new PutObjectLegalHoldCommand({ ...at(key), LegalHold: { Status: on ? 'ON' : 'OFF' } });
      await endWithin(limits.totalMs, (abortSignal) => client().send(command, { abortSignal }));
    },
  };
}

/** S3 lists general purpose buckets in the order of the keys' bytes. */
async function* listed(
  client: () => S3Client,
  input: { readonly Bucket: string; readonly Prefix: string },
  cut: number,
  { totalMs }: S3Limits,
): ReturnType<Objects['list']> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command(token === undefined ? input : { ...input, ContinuationToken: token });
    const page = await endWithin(totalMs, (abortSignal) => client().send(command, { abortSignal }));
    for (const { Key = '', Size = 0 } of page.Contents ?? []) yield { key: Key.slice(cut), size: Size };
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

function clientLimits({ attempts, connectMs, requestMs }: S3Limits): S3ClientConfig {
  return {
    retryStrategy: retryAtMost(attempts),
    requestHandler: { connectionTimeout: connectMs, requestTimeout: requestMs, throwOnRequestTimeout: true },
  };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
