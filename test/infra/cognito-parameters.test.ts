import { describe, expect, test } from '@jest/globals';
import { readParameters } from '../../infra/config.ts';
import { synthGateway } from '../../infra/synth.ts';
import { deployed, offeredWith, scopesOf } from '../../shared/registry/index.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:gatehouse/google-a1B2c3';
const google = { googleClientId: 'g', googleClientSecretArn: ARN, groupScopes: 'readers:starter.whoami' };
const imported = { userPoolId: 'eu-central-1_Ab12Cd34', loginDomain: 'login.acme.com' };
const existing = {
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34',
  authorizationEndpoint: 'https://a.example/a',
  tokenEndpoint: 'https://a.example/t',
  jwksEndpoint: 'https://a.example/j',
  allowedClientIds: 'client-1',
};

function messageOf(context: Record<string, unknown>, region?: string): string {
  try {
    readParameters(context, region);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

const OFFERED = scopesOf(offeredWith(deployed));
const EXAMPLE_CALLBACK = '-c callbackUrls=https://chatgpt.com/connector/oauth/abc123';
const EXAMPLE_GROUPS = '-c groupScopes=readers:starter.whoami,writers:starter.whoami+starter.echo';
const NOT_HTTPS = `must be https, or http to a loopback address. Example: ${EXAMPLE_CALLBACK}`;

describe('what is wrong about sign-in with Cognito stops synthesis', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    [
      'a callback over plain http',
      { callbackUrls: 'http://evil.example/cb' },
      `callbackUrls ("http://evil.example/cb") ${NOT_HTTPS}`,
    ],
    [
      'a callback at a look-alike of loopback',
      { callbackUrls: 'http://localhost.evil.example/cb' },
      `callbackUrls ("http://localhost.evil.example/cb") ${NOT_HTTPS}`,
    ],
    [
      'loopback as a user name',
      { callbackUrls: 'http://localhost@evil.example/cb' },
      `callbackUrls ("http://localhost@evil.example/cb") ${NOT_HTTPS}`,
    ],
    [
      'a callback with a fragment',
      { callbackUrls: 'https://a.example/cb#x' },
      `callbackUrls ("https://a.example/cb#x") must have no fragment. Example: ${EXAMPLE_CALLBACK}`,
    ],
    [
      'the plan without resource binding',
      { userPoolPlan: 'lite' },
      'userPoolPlan ("lite") binds no aud to the resource, and has neither managed login nor triggers of version 2. Example: -c userPoolPlan=essentials',
    ],
    [
      'an unknown second factor',
      { mfa: 'sms' },
      'mfa ("sms") Invalid option: expected one of "off"|"optional"|"required". Example: -c mfa=required',
    ],
    [
      'a prefix that is none of a resource server',
      { scopePrefix: 'mcp' },
      'scopePrefix ("mcp") must be the identifier of a resource server and a slash with idp=cognito. Example: -c scopePrefix=mcp/',
    ],
    [
      'no prefix in an existing pool',
      { ...existing, scopePrefix: '' },
      'scopePrefix ("") must be the identifier of a resource server and a slash with idp=cognito. Example: -c scopePrefix=mcp/',
    ],
    [
      'a group with a scope of no tool',
      { groupScopes: 'readers:starter.read' },
      `groupScopes ("starter.read") must name scopes of the tools: ${OFFERED.join(', ')}. Example: -c groupScopes=writers:${OFFERED.join('+')}`,
    ],
    [
      'a group without scopes',
      { groupScopes: 'readers' },
      `groupScopes ("readers") must give each group a scope. Example: ${EXAMPLE_GROUPS}`,
    ],
    [
      'a group twice',
      { groupScopes: 'a:starter.echo,a:starter.whoami' },
      `groupScopes ("a:starter.echo,a:starter.whoami") must name each group once. Example: ${EXAMPLE_GROUPS}`,
    ],
    ['no group', { groupScopes: '' }, `groupScopes ("") must name at least one group. Example: ${EXAMPLE_GROUPS}`],
    [
      'groups as a list',
      { groupScopes: ['readers'] },
      `groupScopes (["readers"]) must be group:scope+scope, comma separated, or in cdk.json an object of lists. Example: ${EXAMPLE_GROUPS}`,
    ],
    [
      'groups of another identity provider',
      { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', groupScopes: 'a:starter.echo' },
      `groupScopes ([{"group":"a","scopes":["starter.echo"]}]) is for idp=cognito, not for idp=auth0. Example: ${EXAMPLE_GROUPS}`,
    ],
    [
      'a second factor where nothing is made',
      { ...existing, mfa: 'required' },
      'mfa ("required") has no effect with issuer, where nothing is made in the pool: leave out issuer, or this. Example: -c mfa=required',
    ],
  ])('%s', (_name, context, message) => {
    expect(messageOf(context)).toBe(message);
  });
});

describe('what is wrong about an imported pool', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    ['no id', { userPoolId: 'Ab12Cd34' }, 'userPoolId ("Ab12Cd34") must be the id of a user pool.'],
    [
      'no login page',
      { userPoolId: 'eu-central-1_Ab12Cd34' },
      'loginDomain (not given) or loginDomainPrefix is needed with userPoolId: where users sign in.',
    ],
    [
      'two login pages',
      { ...imported, loginDomainPrefix: 'acme' },
      'loginDomainPrefix ("acme") makes a login page, and loginDomain names one: give one of them.',
    ],
    [
      'another region',
      { ...imported, userPoolId: 'us-east-1_Ab12Cd34' },
      'userPoolId ("us-east-1_Ab12Cd34") is in another region than the stack, eu-central-1.',
    ],
    [
      'groups',
      { ...imported, groupScopes: 'a:starter.echo' },
      'groupScopes ([{"group":"a","scopes":["starter.echo"]}]) is a setting of the pool, which this stack does not make: set it there.',
    ],
    [
      'Google for everybody',
      { ...imported, ...google, groupScopes: undefined },
      'provisioning ("auto") must be deny: everybody with an account at Google could sign in and have every scope.',
    ],
    [
      'its issuer as well',
      { ...existing, ...imported },
      'userPoolId ("eu-central-1_Ab12Cd34") has no effect with issuer, where nothing is made in the pool: leave out issuer, or this.',
    ],
    [
      'a login page without a pool',
      { loginDomain: 'login.acme.com' },
      'loginDomain ("login.acme.com") is for userPoolId; for a new pool give loginDomainPrefix.',
    ],
  ])('%s', (_name, context, message) => {
    expect(messageOf(context, 'eu-central-1').split(' Example: ')[0]).toBe(message);
  });
});

test.each<readonly [string, Record<string, unknown>]>([
  ['Google with groups', google],
  ['Google with invited users only', { ...google, groupScopes: undefined, provisioning: 'deny' }],
  ['a SAML provider, whose users its administrator chooses', { federatedSamlMetadataUrl: 'https://a.example/m' }],
  ['loopback callbacks of every form', { callbackUrls: 'http://localhost:1/a,http://127.0.0.1:2/,http://[::1]:3/' }],
  ['an imported pool with a provider that it has', { ...imported, signInProviders: 'COGNITO,Corp' }],
  ['an imported pool with a new login page', { userPoolId: 'eu-central-1_Ab12Cd34', loginDomainPrefix: 'acme' }],
])('%s is accepted', (_name, context) => {
  expect(messageOf(context, 'eu-central-1')).toBe('accepted');
});

test('groups are read from text and from JSON alike', () => {
  const fromText = readParameters({ groupScopes: ' a:starter.echo+starter.whoami , b:starter.echo' });
  const fromJson = readParameters({ groupScopes: { a: ['starter.echo', 'starter.whoami'], b: ['starter.echo'] } });
  expect(fromText).toEqual(fromJson);
  expect(fromText.groupScopes).toEqual([
    { group: 'a', scopes: ['starter.echo', 'starter.whoami'] },
    { group: 'b', scopes: ['starter.echo'] },
  ]);
});

test('more groups than a function has room for are refused', () => {
  const groupScopes = Array.from({ length: 100 }, (_, at) => `group-number-${at}:starter.echo`).join(',');
  expect(() => synthGateway({ context: { groupScopes }, bundling: false })).toThrow(
    /groupScopes has \d+ bytes; a function takes 3072. Use fewer groups./,
  );
});
