import { describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { type Resource, synthGateway } from '../../infra/synth.ts';
import { type IamRequest, isAllowed, type PolicyDocument, policyOf } from '../support/policy.ts';

const external = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', publicUrl: 'https://mcp.acme.com' };
const synth = (context: Record<string, string> = {}) =>
  synthGateway({ context: { ...external, ...context }, bundling: false }).template;

const ALICE = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF';
const BOB = 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EG';
const ACTIONS = ['GetItem', 'PutItem', 'DeleteItem', 'Query'] as const;
const OTHERS = ['Scan', 'UpdateItem', 'BatchGetItem', 'BatchWriteItem', 'PartiQLSelect', 'DescribeTable'] as const;

const template = synth({ isolation: 'iam' });
const { Resources } = template;
const idOf = (start: string) => Object.keys(Resources).find((id) => id.startsWith(start)) ?? 'nothing';
const STATE = idOf('TablesState');
const ROLE = idOf('UserDataRole');
const ofUser = policyOf(Resources, ROLE);
const ofMcp = policyOf(Resources, idOf('McpRole'));

const inPartitions = (action: string, ...keys: readonly string[]): IamRequest => ({
  action: `dynamodb:${action}`,
  on: STATE,
  context: keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys },
});
const by = (uid: string, { context, ...request }: IamRequest): IamRequest => ({
  ...request,
  context: { ...context, 'aws:PrincipalTag/uid': uid },
});

describe('isolation=iam: the session of a user', () => {
  test.each(ACTIONS)('reaches its own partitions by %s, and nobody else’s', (action) => {
    const partitions = [`U#${ALICE}#notes`, `U#${BOB}#notes`, `U#${ALICE}`, 'KEYS#assertion', `ONCE#${ALICE}#pay`, '*'];
    expect(partitions.map((key) => isAllowed(ofUser, by(ALICE, inPartitions(action, key))))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('reaches nothing with one key of somebody else among its own, or with no key at all', () => {
    const mixed = inPartitions('Query', `U#${ALICE}#notes`, `U#${BOB}#notes`);
    expect([mixed, inPartitions('Query')].map((request) => isAllowed(ofUser, by(ALICE, request)))).toEqual([
      false,
      false,
    ]);
  });

  test('reaches nothing without a tag, which no session begins without', () => {
    expect(isAllowed(ofUser, inPartitions('GetItem', `U#${ALICE}#notes`))).toBe(false);
    expect(isAllowed(ofUser, inPartitions('GetItem', 'U##notes'))).toBe(false);
  });

  test.each(OTHERS)('may not %s', (action) => {
    expect(isAllowed(ofUser, by(ALICE, inPartitions(action, `U#${ALICE}#notes`)))).toBe(false);
  });

  test('reaches no other table', () => {
    const elsewhere = { ...inPartitions('GetItem', `U#${ALICE}#notes`), on: idOf('TablesIdentities') };
    expect(isAllowed(ofUser, by(ALICE, elsewhere))).toBe(false);
  });
});

describe('isolation=iam: the function itself', () => {
  test.each([...ACTIONS, ...OTHERS])('reaches by %s the partition of no user', (action) => {
    expect(isAllowed(ofMcp, inPartitions(action, `U#${ALICE}#notes`))).toBe(false);
    expect(isAllowed(ofMcp, inPartitions(action, 'USED#1', `U#${ALICE}#notes`))).toBe(false);
  });

  test('keeps its own: keys, marks and calls that happen once', () => {
    const own = [inPartitions('GetItem', 'KEYS#audit'), inPartitions('PutItem', 'USED#1')];
    expect(own.map((request) => isAllowed(ofMcp, request))).toEqual([true, true]);
  });

  test('is the only one that may begin such a session, always with the tag of a user and no other', () => {
    const trust = (Resources[ROLE] as Resource).Properties?.['AssumeRolePolicyDocument'] as PolicyDocument;
    const [statement] = trust.Statement as ReadonlyArray<{ readonly Principal?: unknown }>;
    expect(JSON.stringify(statement?.Principal)).toMatch(/^\{"AWS":\{"Fn::GetAtt":\["McpRole[0-9A-F]+","Arn"\]\}\}$/);
    const tagged = (context: IamRequest['context'] = {}) =>
      ['sts:AssumeRole', 'sts:TagSession'].map((action) => isAllowed(trust, { action, on: ROLE, context }));
    expect([
      tagged({ 'aws:RequestTag/uid': ALICE, 'aws:TagKeys': ['uid'] }),
      tagged(),
      tagged({ 'aws:RequestTag/uid': '*', 'aws:TagKeys': ['uid'] }),
      tagged({ 'aws:RequestTag/uid': ALICE, 'aws:TagKeys': ['uid', 'admin'] }),
    ]).toEqual([
      [true, true],
      [false, false],
      [false, false],
      [false, false],
    ]);
    expect(isAllowed(ofMcp, { action: 'sts:AssumeRole', on: ROLE })).toBe(true);
  });

  test('is told the role; without isolation there is none', () => {
    const roleOf = (one: typeof template) =>
      planFrom(one).functions.map(({ name, environment }) => [name, 'USER_ROLE' in environment]);
    expect(roleOf(template).filter(([, told]) => told)).toEqual([['mcp', true]]);
    expect(JSON.stringify(synth())).not.toMatch(/UserData|USER_ROLE|sts:TagSession/);
  });
});
