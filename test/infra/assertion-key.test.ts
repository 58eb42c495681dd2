import { describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { type Resource, synthGateway } from '../../infra/synth.ts';
import { readConfig } from '../../shared/core/config.ts';

const external = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', publicUrl: 'https://mcp.acme.com' };
const synth = (context: Record<string, string> = {}, assertions = true) =>
  synthGateway({ context: { ...external, ...context }, bundling: false, assertions }).template;
type Template = ReturnType<typeof synth>;

function keysOf({ Resources }: Template) {
  return Object.entries(Resources)
    .filter(([id, { Type }]) => Type === 'AWS::KMS::Key' && id.startsWith('Assertions'))
    .map(([id, resource]) => {
      const { Properties = {}, DeletionPolicy } = resource as Resource & { readonly DeletionPolicy?: string };
      const { Description, EnableKeyRotation, KeySpec, KeyUsage, PendingWindowInDays } = Properties;
      const onDelete = `${DeletionPolicy} after ${PendingWindowInDays} days`;
      return { id: id.slice(0, -8), Description, EnableKeyRotation, KeySpec, KeyUsage, onDelete };
    });
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Statements of this function about KMS and the state table. */
function statementsOf({ Resources }: Template, role: string) {
  const policy = Object.values(Resources).find(
    ({ Type, Properties }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.['Roles']).includes(role),
  );
  const { Statement } = policy!.Properties!['PolicyDocument'] as { Statement: readonly Statement[] };
  return Statement.filter(({ Resource }) => /Assertions|TablesState/.test(JSON.stringify(Resource))).map(
    ({ Action, Condition }) => [[Action].flat().join(' '), Condition],
  );
}

const purpose = (name: string) => ({ 'kms:EncryptionContext:purpose': `gatehouse-assertion-${name}-key` });
const ITEMS = ['dynamodb:GetItem dynamodb:PutItem dynamodb:DeleteItem', undefined];
const inPartitions = (operator: string, names: readonly string[]) => [
  'dynamodb:Query',
  { [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': names }, Null: { 'dynamodb:LeadingKeys': 'false' } },
];
const listsUsers = inPartitions('StringLike', ['U#*']);
const findsKeys = inPartitions('StringEquals', ['KEYS#assertion']);

describe('a gateway none of whose backends gets assertions', () => {
  const template = synth({}, false);

  test('has no key, no permission to use one, and no alarm about it', () => {
    expect([
      keysOf(template),
      JSON.stringify(template).includes('kms:Decrypt'),
      statementsOf(template, 'McpRole'),
      statementsOf(template, 'DiscoveryRole'),
      JSON.stringify(template).includes('SigningKeys'),
    ]).toEqual([[], false, [ITEMS, listsUsers], [], false]);
  });

  test('is what is deployed while there are no backends', () => {
    expect(synthGateway({ context: external, bundling: false }).template).toEqual(template);
  });
});

describe('a gateway with a backend that gets assertions', () => {
  test('has one key, which rotates, kept in prod and gone with the stack in dev', () => {
    const key = {
      id: 'AssertionsSealingKey',
      Description: 'Seals the keys that sign assertions',
      EnableKeyRotation: true,
    };
    expect([keysOf(synth()), keysOf(synth({ environment: 'dev' }))]).toEqual([
      [{ ...key, onDelete: 'Retain after 30 days' }],
      [{ ...key, onDelete: 'Delete after 7 days' }],
    ]);
  });

  test('lets mcp make and open what it signs with, and only seal what is published', () => {
    expect(statementsOf(synth(), 'McpRole')).toEqual([
      ITEMS,
      listsUsers,
      [
        'kms:GenerateDataKeyPairWithoutPlaintext',
        { StringEquals: { ...purpose('private'), 'kms:DataKeyPairSpec': 'ECC_NIST_P256' } },
      ],
      ['kms:Decrypt', { StringEquals: purpose('private') }],
      ['kms:Encrypt', { StringEquals: purpose('public') }],
      findsKeys,
    ]);
  });

  test('lets discovery open what is published, and read no other part of the table', () => {
    expect(statementsOf(synth(), 'DiscoveryRole')).toEqual([
      ['kms:Decrypt', { StringEquals: purpose('public') }],
      findsKeys,
    ]);
  });

  test('tells both functions the key and the table, and the third one neither', () => {
    const { functions } = planFrom(synth());
    expect(
      functions
        .filter(({ name }) => !name.startsWith('audit-'))
        .map(({ name, environment }) => [
          name,
          environment['ASSERTION_KEY']?.slice(0, -8),
          environment['STATE_TABLE']?.slice(0, -8),
          readConfig(environment).assertionSigning,
        ]),
    ).toEqual([
      ['mcp', 'AssertionsSealingKey', 'TablesState', 'local'],
      ['discovery', 'AssertionsSealingKey', 'TablesState', 'local'],
      ['debug', undefined, undefined, 'local'],
    ]);
  });

  test('has an alarm for a KMS that does not answer', () => {
    const alarms = Object.values(synth().Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const [alarm] = alarms.filter(({ Properties }) => Properties?.['AlarmName'] === 'Gatehouse-SigningKeys');
    expect(alarm?.Properties?.['AlarmDescription']).toBe(
      'KMS did not answer 3 times, in 5 minutes. What to do: docs/operate.md#signing-keys',
    );
  });
});

describe('assertionSigning=kms', () => {
  const template = synth({ assertionSigning: 'kms' });

  test('has a key that signs, under another name: what a key is for cannot be changed', () => {
    expect(keysOf(template)).toEqual([
      {
        id: 'AssertionsSigningKey',
        Description: 'Signs assertions',
        KeySpec: 'ECC_NIST_P256',
        KeyUsage: 'SIGN_VERIFY',
        onDelete: 'Retain after 30 days',
      },
    ]);
  });

  test('lets mcp sign and both functions read its public part', () => {
    expect([statementsOf(template, 'McpRole'), statementsOf(template, 'DiscoveryRole')]).toEqual([
      [
        ITEMS,
        listsUsers,
        ['kms:Sign', { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' } }],
        ['kms:GetPublicKey', undefined],
      ],
      [['kms:GetPublicKey', undefined]],
    ]);
  });
});
