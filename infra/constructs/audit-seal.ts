import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { CreateFunction } from './gateway-function.ts';
import { BELATED_ONLY, letAppend } from './audit-archive.ts';

export interface AuditSealProps {
  readonly table: dynamodb.TableV2;
  /** Finds the seals quickly. */
  readonly seals: dynamodb.TableV2;
  readonly archive: s3.Bucket;
  readonly isProtected: boolean;
  readonly createFunction: CreateFunction;
}

/** What the sealer adds to; it reads them to see what an earlier run did. */
const PREFIXES = ['claims', 'log', 'seals', 'manifests'] as const;

/** Every minute: what was written becomes part of a log that nobody can quietly change (docs/adr/0016). */
export class AuditSeal extends Construct {
  readonly fn: lambda.Function;
  readonly key: kms.Key;
  /** The name of the log and of its key. */
  readonly logName: string;

  constructor(scope: Construct, id: string, { table, seals, archive, isProtected, createFunction }: AuditSealProps) {
    super(scope, id);
    const { account, region, stackName } = Stack.of(this);
    this.logName = `gatehouse-audit/${account}/${region}/${stackName}`;
    this.key = new kms.Key(this, 'Key', {
      description: 'Signs the checkpoints of the audit trail',
      keySpec: kms.KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: kms.KeyUsage.SIGN_VERIFY,
      removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(isProtected ? 30 : 7),
    });
    const seal = createFunction('AuditSeal', {
      name: 'audit-seal',
      description: 'Every minute: seals the audit trail',
      environment: {
        STACK_NAME: stackName,
        AUDIT_TABLE: table.tableName,
        SEALS_TABLE: seals.tableName,
        ARCHIVE_BUCKET: archive.bucketName,
        AUDIT_LOG: this.logName,
        AUDIT_SIGNING_KEY: this.key.keyId,
      },
      // A day is read again at 01:00: about three thousand small reads.
      timeoutSeconds: 300,
    });
    seal.allow(['Query'], table.tableArn);
    seal.allow(['PutItem', 'Query'], seals.tableArn);
    seal.permit(['dynamodb:DeleteItem'], seals.tableArn, BELATED_ONLY);
    seal.permit(['kms:GetPublicKey', 'kms:Sign'], this.key.keyArn);
    for (const prefix of PREFIXES) letAppend(seal, archive, prefix);
    // Without the right to list, S3 answers 403 for what is not there, and the sealer could not tell.
    seal.permit(['s3:ListBucket'], archive.bucketArn);
    seal.permit(['s3:GetObject'], archive.arnForObjects('records/*'));
    this.fn = seal.fn;
    // The next minute is the repetition.
    seal.fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(seal.fn, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}
