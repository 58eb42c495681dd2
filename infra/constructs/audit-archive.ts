import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Parameters } from '../../shared/core/parameters.ts';
import { BELATED_PARTITION } from '../../shared/core/tables.ts';
import { type CreateFunction, type GatewayFunction, onlyPartition } from './gateway-function.ts';

export interface AuditArchiveProps {
  readonly table: dynamodb.TableV2;
  /** Gets the marks of what came after its day was closed. */
  readonly seals: dynamodb.TableV2;
  readonly parameters: Pick<Parameters, 'archiveLockDays' | 'archiveDays' | 'environment'>;
  readonly createFunction: CreateFunction;
}

/** Marks of hours to read again, and no row of a seal. */
export const BELATED_ONLY = onlyPartition(BELATED_PARTITION);

/** Where every record goes from the table's stream, and what nobody can replace. */
export class AuditArchive extends Construct {
  readonly bucket: s3.Bucket;
  readonly fn: lambda.Function;

  constructor(scope: Construct, id: string, { table, seals, parameters, createFunction }: AuditArchiveProps) {
    super(scope, id);
    this.bucket = createBucket(this, parameters);
    const archive = createFunction('AuditArchive', {
      name: 'audit-archive',
      description: 'Audit table stream to the archive',
      environment: {
        STACK_NAME: Stack.of(this).stackName,
        ARCHIVE_BUCKET: this.bucket.bucketName,
        SEALS_TABLE: seals.tableName,
      },
      timeoutSeconds: 60,
    });
    for (const prefix of ['records', 'rejected', 'tamper']) letAppend(archive, this.bucket, prefix);
    // Without the right to list, S3 answers 403 for what is not there, and the archive could not tell.
    archive.permit(['s3:ListBucket'], this.bucket.bucketArn);
    archive.permit(['dynamodb:PutItem'], seals.tableArn, BELATED_ONLY);
    const stream = table.tableStreamArn ?? '';
    archive.permit(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], stream);
    this.fn = archive.fn;
    new lambda.EventSourceMapping(this, 'Stream', {
      target: archive.fn,
      eventSourceArn: stream,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      // One object for each day and batch: larger ones are cheaper to keep and faster to read.
      batchSize: 1000,
      maxBatchingWindow: Duration.seconds(30),
      // Tried until it succeeds or the stream forgets, 24 hours. Halving a batch would begin objects in its middle.
      bisectBatchOnError: false,
      parallelizationFactor: 1,
    });
  }
}

/** Objects under the prefix: made, and read to see what an earlier delivery made. Never listed, replaced or deleted. */
export function letAppend(fn: GatewayFunction, bucket: s3.Bucket, prefix: string): void {
  fn.permit(['s3:GetObject', 's3:PutObject'], bucket.arnForObjects(`${prefix}/*`));
}

function createBucket(
  scope: Construct,
  { environment, archiveLockDays, archiveDays }: AuditArchiveProps['parameters'],
): s3.Bucket {
  const isProtected = environment === 'prod';
  const bucket = new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // A bucket with versions cannot be emptied by one command, and a dev stack goes again.
    versioned: isProtected,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ...(isProtected
      ? { objectLockDefaultRetention: s3.ObjectLockRetention.compliance(Duration.days(archiveLockDays)) }
      : {}),
    // CloudFormation deletes an empty one only: docs/operate.md has the command before it.
    removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    lifecycleRules: [
      {
        expiration: Duration.days(archiveDays),
        ...(isProtected ? { noncurrentVersionExpiration: Duration.days(1) } : {}),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      },
    ],
  });
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'WriteOnce',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      // S3 User Guide, "Enforce conditional writes on Amazon S3 buckets".
      conditions: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
    }),
  );
  return bucket;
}
