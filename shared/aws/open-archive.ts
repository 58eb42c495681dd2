import type { Objects } from './objects.ts';
import { createFolderObjects } from './objects-folder.ts';
import { createS3Objects, type S3Options } from './objects-s3.ts';

const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w.=/-]*))?$/;

/**
 * Where an archive is read from: `s3://bucket`, `s3://bucket/prefix`, or a folder.
 *
 * @throws Error for an S3 URL that names no bucket
 */
export function openArchive(where: string, options: Omit<S3Options, 'bucket' | 'prefix'> = {}): Objects {
  if (!/^s3:/i.test(where)) return createFolderObjects(where);
  const [, bucket, path = ''] = S3_URL.exec(where) ?? [];
  if (bucket === undefined) throw new Error(`${where} names no bucket. Example: s3://acme-audit-archive`);
  const prefix = path.replace(/\/+$/, '');
  return createS3Objects({ ...options, bucket, prefix: prefix === '' ? '' : `${prefix}/` });
}
