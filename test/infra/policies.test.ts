import { expect, test } from '@jest/globals';
import { synthGateway } from '../../infra/synth.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const synth = (context: Record<string, string> = {}) => synthGateway({ context, bundling: false }).template;
const { Resources } = synth();

function statementsOf(template: ReturnType<typeof synth>) {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties = {} }) => ({
      role: nameOf((Properties['Roles'] as unknown[])[0]),
      allows: (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement.map(
        ({ Action, Resource }) => `${[Action].flat().sort().join(' ')} on ${[Resource].flat().map(nameOf).join(' ')}`,
      ),
    }));
}

/** `{ Ref: 'TablesAudit1234' }` → `TablesAudit`; text as it is. */
function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  const text = JSON.stringify(reference);
  const [, name = text] = /"([A-Za-z]+?)[0-9A-F]{8}"/.exec(text) ?? [];
  return `${name}${/"(\/[\w*/]+)"/.exec(text)?.[1] ?? ''}`;
}

const traces = 'xray:PutTelemetryRecords xray:PutTraceSegments on *';
const append = (prefix: string) => `s3:GetObject s3:PutObject on ArchiveBucket/${prefix}/*`;
const log = (name: string) => `logs:CreateLogStream logs:PutLogEvents on ${name}`;

test('each function may do exactly what it needs, and the only wildcard is that of X-Ray', () => {
  expect(statementsOf(synth())).toEqual([
    {
      role: 'McpRole',
      allows: [
        log('McpLogs'),
        traces,
        'dynamodb:GetItem dynamodb:PutItem on TablesIdentities',
        'dynamodb:PutItem on TablesAudit',
        'dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem on TablesState',
        // Of users only: test/infra/assertion-key.test.ts.
        'dynamodb:Query on TablesState',
      ],
    },
    { role: 'DiscoveryRole', allows: [log('DiscoveryLogs'), traces] },
    { role: 'DebugRole', allows: [log('DebugLogs'), traces, 'dynamodb:GetItem on TablesIdentities'] },
    {
      role: 'AuditSweepRole',
      allows: [
        log('AuditSweepLogs'),
        traces,
        'dynamodb:PutItem dynamodb:Query on TablesAudit',
        // How far it has come, only.
        'dynamodb:GetItem dynamodb:PutItem on Seals',
        // Marks of what was put back, only.
        'dynamodb:DeleteItem dynamodb:Query on Seals',
      ],
    },
    {
      role: 'AuditReplayRole',
      allows: [
        log('AuditReplayLogs'),
        traces,
        'dynamodb:PutItem on TablesAudit',
        // These marks only.
        'dynamodb:PutItem on Seals',
        'sqs:GetQueueAttributes sqs:GetQueueUrl sqs:SendMessage on AuditReplayQueue',
        'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ReceiveMessage on AuditReplayQueue',
      ],
    },
    {
      role: 'AuditArchiveRole',
      allows: [
        log('AuditArchiveLogs'),
        traces,
        append('records'),
        append('rejected'),
        append('tamper'),
        's3:ListBucket on ArchiveBucket',
        // Marks only: test/infra/audit-trail.test.ts.
        'dynamodb:PutItem on Seals',
        // Its stream.
        'dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator on TablesAudit',
      ],
    },
    {
      role: 'AuditSealRole',
      allows: [
        log('AuditSealLogs'),
        traces,
        'dynamodb:Query on TablesAudit',
        'dynamodb:PutItem dynamodb:Query on Seals',
        // Marks only.
        'dynamodb:DeleteItem on Seals',
        'kms:GetPublicKey kms:Sign on SealKey',
        append('claims'),
        append('log'),
        append('seals'),
        append('manifests'),
        's3:ListBucket on ArchiveBucket',
        's3:GetObject on ArchiveBucket/records/*',
      ],
    },
  ]);
});

test('the relay may read its two secrets, and with strict write its marks; nobody else may read a secret', () => {
  const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:upstream-a1B2c3';
  const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
  const upstream = { upstreamClientId: 'gatehouse', upstreamClientSecretArn: arn };
  const relay = { authorizationServer: 'relay' };
  const rights = (context: Record<string, string>) => {
    const all = statementsOf(synth({ ...relay, ...context }));
    const others = all.filter(({ role }) => role !== 'OAuthRole').flatMap(({ allows }) => allows);
    expect(others.filter((one) => /secret/i.test(one))).toEqual([]);
    return all.find(({ role }) => role === 'OAuthRole')?.allows;
  };
  const own = 'secretsmanager:GetSecretValue on RelayKeys';
  expect([rights({ ...auth0, ...upstream }), rights({ relayStrict: 'true' })]).toEqual([
    [log('OAuthLogs'), traces, `${own} ${arn}`, 'dynamodb:PutItem on TablesAudit'],
    [
      log('OAuthLogs'),
      traces,
      `${own} RelayUpstream`,
      'dynamodb:PutItem on TablesAudit',
      'dynamodb:PutItem on TablesState',
    ],
  ]);
});

test('roles have no managed policies, and only Lambda may take them', () => {
  const roles = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(roles.map(({ Properties = {} }) => [Properties['ManagedPolicyArns'], Properties['Policies']])).toEqual(
    Array.from({ length: 7 }, () => [undefined, undefined]),
  );
  const principals = roles.map(({ Properties }) => JSON.stringify(Properties?.['AssumeRolePolicyDocument']));
  expect(new Set(principals)).toEqual(
    new Set([
      JSON.stringify({
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }],
        Version: '2012-10-17',
      }),
    ]),
  );
});
