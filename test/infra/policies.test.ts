import { expect, test } from '@jest/globals';
import { synthGateway } from '../../infra/synth.ts';

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const { Resources } = synthGateway({ context: {}, bundling: false }).template;
const statements = Object.values(Resources)
  .filter(({ Type }) => Type === 'AWS::IAM::Policy')
  .map(({ Properties = {} }) => ({
    role: nameOf((Properties['Roles'] as unknown[])[0]),
    allows: (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement.map(
      ({ Action, Resource }) => `${[Action].flat().sort().join(' ')} on ${nameOf(Resource)}`,
    ),
  }));

/** `{ Ref: 'TablesAudit1234' }` → `TablesAudit`; text as it is. */
function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  return /"([A-Za-z]+?)[0-9A-F]{8}"/.exec(JSON.stringify(reference))?.[1] ?? JSON.stringify(reference);
}

test('each function may do exactly what it needs, and the only wildcard is that of X-Ray', () => {
  const traces = 'xray:PutTelemetryRecords xray:PutTraceSegments on *';
  const log = (name: string) => `logs:CreateLogStream logs:PutLogEvents on ${name}`;
  expect(statements).toEqual([
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
