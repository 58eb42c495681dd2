import { describe, expect, test } from '@jest/globals';
import { synthGateway, type Template } from '../../infra/synth.ts';
import { AUDIT_COLUMNS, AUDIT_QUERIES } from '../../shared/core/audit-catalog.ts';

const synth = (context: Record<string, string> = {}) => synthGateway({ context, bundling: false }).template;
const prod = synth();
const dev = synth({ environment: 'dev' });

const all = ({ Resources }: Template, type: string) =>
  Object.entries(Resources).filter(([, { Type }]) => Type === type);
const archiveOf = (template: Template) =>
  all(template, 'AWS::S3::Bucket').find(([id]) => id.startsWith('ArchiveBucket'))?.[1] as {
    readonly DeletionPolicy?: string;
    readonly Properties: Readonly<Record<string, unknown>>;
  };

describe('the archive', () => {
  test('is locked in compliance mode in prod, for as long as asked, and stays when the stack goes', () => {
    const lock = (days: number) => ({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Days: days, Mode: 'COMPLIANCE' } },
    });
    const longer = archiveOf(synth({ archiveLockDays: '2555' }));
    expect([prod, dev].map(archiveOf).map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain', 'Delete']);
    expect(archiveOf(prod).Properties['ObjectLockConfiguration']).toEqual(lock(400));
    expect(longer.Properties['ObjectLockConfiguration']).toEqual(lock(2555));
    expect(archiveOf(dev).Properties['ObjectLockConfiguration']).toBeUndefined();
  });

  test('is versioned, encrypted, closed to the public, and deletes after archiveDays', () => {
    const { Properties } = archiveOf(synth({ archiveDays: '3653' }));
    expect(Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(JSON.stringify(Properties['LifecycleConfiguration'])).toContain('"ExpirationInDays":3653');
  });

  test('has no versions in dev, where one command has to empty it before the stack goes', () => {
    expect(archiveOf(dev).Properties['VersioningConfiguration']).toBeUndefined();
  });

  test('takes an object only with If-None-Match, and only over TLS', () => {
    const policies = all(prod, 'AWS::S3::BucketPolicy').map(([, { Properties = {} }]) => JSON.stringify(Properties));
    const statements = JSON.parse(policies.find((text) => text.includes('WriteOnce')) ?? '{}').PolicyDocument.Statement;
    expect(
      statements.map(({ Sid, Effect, Action, Condition }: Record<string, unknown>) => [Sid, Effect, Action, Condition]),
    ).toEqual([
      [undefined, 'Deny', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
      [
        'WriteOnce',
        'Deny',
        's3:PutObject',
        { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      ],
    ]);
  });

  test('is filled from the stream of the table, a batch again until it is in', () => {
    const [, { Properties = {} }] = all(prod, 'AWS::Lambda::EventSourceMapping').find(([id]) =>
      id.startsWith('Archive'),
    ) ?? ['', {}];
    const { BatchSize, BisectBatchOnFunctionError, ParallelizationFactor, StartingPosition } = Properties;
    const { MaximumRetryAttempts, MaximumRecordAgeInSeconds } = Properties;
    expect({ BatchSize, BisectBatchOnFunctionError, ParallelizationFactor, StartingPosition }).toEqual({
      BatchSize: 1000,
      BisectBatchOnFunctionError: false,
      ParallelizationFactor: 1,
      StartingPosition: 'TRIM_HORIZON',
    });
    expect([MaximumRetryAttempts, MaximumRecordAgeInSeconds]).toEqual([undefined, undefined]);
  });
});

test('of the table of seals archive, replay and sweeper may reach their marks only, and the sealer may delete no seal', () => {
  const only = (partition: string) => ({
    'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] },
    Null: { 'dynamodb:LeadingKeys': 'false' },
  });
  const statements = all(prod, 'AWS::IAM::Policy').flatMap(([id, { Properties = {} }]) =>
    (
      Properties['PolicyDocument'] as { readonly Statement: ReadonlyArray<Readonly<Record<string, object>>> }
    ).Statement.filter(({ Condition }) => /BELATED|SWEPT|PUT-BACK/.test(JSON.stringify(Condition ?? ''))).map(
      ({ Action, Effect, Condition }) => [id.slice(0, 12), Effect, Action, Condition],
    ),
  );
  expect(statements).toEqual([
    ['AuditSweepRo', 'Allow', ['dynamodb:GetItem', 'dynamodb:PutItem'], only('SWEPT')],
    ['AuditSweepRo', 'Allow', ['dynamodb:DeleteItem', 'dynamodb:Query'], only('PUT-BACK')],
    ['AuditReplayR', 'Allow', 'dynamodb:PutItem', only('PUT-BACK')],
    ['AuditArchive', 'Allow', 'dynamodb:PutItem', only('BELATED')],
    ['AuditSealRol', 'Allow', 'dynamodb:DeleteItem', only('BELATED')],
  ]);
});

describe('the audit table', () => {
  const auditTable = (template: Template) =>
    all(template, 'AWS::DynamoDB::GlobalTable').find(([id]) => id.startsWith('TablesAudit'))?.[1].Properties as Record<
      string,
      unknown
    >;
  const policyOf = (template: Template) =>
    (
      auditTable(template)['Replicas'] as ReadonlyArray<{
        readonly ResourcePolicy?: { readonly PolicyDocument: { readonly Statement: unknown[] } };
      }>
    )[0]?.ResourcePolicy?.PolicyDocument.Statement;

  test('has a stream with what was there before and after', () => {
    expect(auditTable(prod)['StreamSpecification']).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
  });

  test('lets nobody change or delete a record in prod, an administrator neither', () => {
    const statement = {
      Sid: 'RecordsStay',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: [
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PartiQLInsert',
        'dynamodb:PartiQLUpdate',
        'dynamodb:PartiQLDelete',
        'dynamodb:DeleteTable',
      ],
      Resource: '*',
    };
    expect(policyOf(prod)).toEqual([statement]);
    expect(policyOf(dev)).toBeUndefined();
    const arn = 'arn:aws:iam::123456789012:role/break-glass';
    expect(policyOf(synth({ auditBreakGlassRoleArn: arn }))).toEqual([
      { ...statement, Condition: { ArnNotEquals: { 'aws:PrincipalArn': arn } } },
    ]);
  });
});

test('the key of the log is on Ed25519, signs only, and stays when a prod stack goes', () => {
  const keys = [prod, dev].map(
    (template) => all(template, 'AWS::KMS::Key').find(([id]) => id.startsWith('SealKey'))?.[1],
  );
  expect(
    keys.map((key) => [
      key?.Properties?.['KeySpec'],
      key?.Properties?.['KeyUsage'],
      (key as { DeletionPolicy?: string }).DeletionPolicy,
    ]),
  ).toEqual([
    ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'Retain'],
    ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', 'Delete'],
  ]);
});

describe('the table in Athena', () => {
  const [, { Properties = {} }] = all(prod, 'AWS::Glue::Table')[0] ?? ['', {}];
  const { PartitionKeys, Parameters, StorageDescriptor } = Properties['TableInput'] as Record<
    string,
    Record<string, unknown>
  >;

  test('projects its days and has a column for every field', () => {
    expect(PartitionKeys).toMatchObject([{ Name: 'dt', Type: 'string' }]);
    expect(Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
    });
    const columns = StorageDescriptor?.['Columns'] as ReadonlyArray<{ readonly Name: string }>;
    expect(columns.map(({ Name }) => Name)).toEqual(AUDIT_COLUMNS.map(({ name }) => name.toLowerCase()));
    expect(new Set(columns.map(({ Name }) => Name)).size).toBe(columns.length);
  });

  test('has saved queries that take each record once and read only the days asked for', () => {
    const saved = all(prod, 'AWS::Athena::NamedQuery').map(([, { Properties: query = {} }]) => query['QueryString']);
    expect(saved).toEqual(AUDIT_QUERIES.map(({ sql }) => sql));
    for (const sql of saved) expect(String(sql)).toMatch(/DISTINCT[\s\S]*WHERE dt BETWEEN \? AND \?/);
  });
});

test('auditToolIndex adds one index, tells the functions that write outcomes, and whoever asks', () => {
  const withIndex = synth({ environment: 'dev', auditToolIndex: 'true' });
  const facts = (template: Template) => {
    const [, { Properties = {} }] = all(template, 'AWS::DynamoDB::GlobalTable').find(([id]) =>
      id.startsWith('TablesAudit'),
    ) ?? ['', {}];
    const told = all(template, 'AWS::Lambda::Function').filter(([, { Properties: fn = {} }]) =>
      JSON.stringify(fn['Environment'] ?? {}).includes('"AUDIT_TOOL_INDEX":"true"'),
    );
    return {
      indexes: (Properties['GlobalSecondaryIndexes'] as ReadonlyArray<{ IndexName: string }>).map(
        ({ IndexName }) => IndexName,
      ),
      told: told.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).sort(),
      output: template.Outputs?.['AuditToolIndex']?.Value,
    };
  };
  expect([facts(withIndex), facts(dev)]).toEqual([
    { indexes: ['gsi1', 'gsi2', 'gsi3'], told: ['AuditSweepFunction', 'McpFunction'], output: 'gsi3' },
    { indexes: ['gsi1', 'gsi2'], told: [], output: undefined },
  ]);
});
