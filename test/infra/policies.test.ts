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
  return /"([A-Za-z]+?)[0-9A-F]{8}"/.exec(JSON.stringify(reference))?.[1] ?? JSON.stringify(reference);
}

const traces = 'xray:PutTelemetryRecords xray:PutTraceSegments on *';
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
    [log('OAuthLogs'), traces, `${own} ${arn}`],
    [log('OAuthLogs'), traces, `${own} RelayUpstream`, 'dynamodb:PutItem on TablesState'],
  ]);
});

test('roles have no managed policies, and only Lambda may take them', () => {
  const roles = Object.values(Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  expect(roles.map(({ Properties = {} }) => [Properties['ManagedPolicyArns'], Properties['Policies']])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
    [undefined, undefined],
  ]);
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
