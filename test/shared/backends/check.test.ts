import { describe, expect, test } from '@jest/globals';
import type { Backend } from '../../../shared/backend/definition.ts';
import { backendProblems, requireUsable, usesAssertions, usesTokens } from '../../../shared/backends/check.ts';
import type { BackendSettings } from '../../../shared/core/backend-settings.ts';

const url = 'https://crm.acme.com/api';
const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-a1b2c3';
const tokenUrl = 'https://login.acme.com/oauth/token';
const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:crm';
const OURS = ['https://mcp.acme.com/mcp'];

const problems = (
  row: Partial<Backend>,
  settings: BackendSettings | undefined,
  ours: readonly string[] | undefined = OURS,
) =>
  backendProblems({ crm: { title: 'the CRM', ...row } }, settings === undefined ? {} : { crm: settings }, ours).map(
    ({ setting, problem }) => `${setting ?? 'row'}: ${problem}`,
  );

const exchange = (preset: 'okta' | 'auth0', scope?: string): Partial<Backend> => ({
  auth: { mode: 'token-exchange', preset, ...(scope === undefined ? {} : { scope }) },
});
const forward: Partial<Backend> = { auth: { mode: 'forward-token' } };
const iam: Partial<Backend> = { auth: { mode: 'aws-iam', service: 'execute-api' } };
const apiKey: Partial<Backend> = { auth: { mode: 'api-key', header: 'x-api-key' } };
const IS_NEEDED = 'is needed by the mode of this backend';

test.each<[string, Partial<Backend>, BackendSettings | undefined]>([
  ['an assertion to a URL', {}, { url }],
  ['an assertion to a function', {}, { functionArn }],
  ['an optional one without an address', { optional: true }, undefined],
  ['an API key', apiKey, { url, secretArn }],
  ['client credentials', { auth: { mode: 'client-credentials' } }, { url, tokenUrl, secretArn }],
  ['an exchange', exchange('okta', 'crm.read'), { url, tokenUrl, secretArn, audience: 'api://crm' }],
  [
    'a signature',
    iam,
    { url: 'https://a1.execute-api.eu-central-1.amazonaws.com/prod', resources: ['arn:aws:execute-api:*'] },
  ],
  ['a forwarded token', forward, { url, audience: OURS[0]!, forwardToken: true }],
])('%s with what it needs is fine', (_name, row, settings) => {
  expect(problems(row, settings)).toEqual([]);
});

test.each<[string, Partial<Backend>, BackendSettings | undefined, readonly string[]]>([
  ['no address', {}, undefined, [`url: ${IS_NEEDED}`]],
  ['no secret', apiKey, { url }, [`secretArn: ${IS_NEEDED}`]],
  [
    'nothing for an exchange',
    exchange('okta', 's'),
    { url },
    ['tokenUrl', 'secretArn', 'audience'].map((name) => `${name}: ${IS_NEEDED}`),
  ],
  [
    'no scope where the provider demands one',
    exchange('okta'),
    { url, tokenUrl, secretArn, audience: 'a' },
    ['row: token-exchange with okta needs a scope'],
  ],
  [
    'headers in the place of proof',
    { ...apiKey, identityHeaders: true },
    { url, secretArn },
    ['row: identityHeaders go with the mode assertion only'],
  ],
  [
    'a token URL that reads as another',
    exchange('auth0'),
    { url, tokenUrl: 'https://login.acme.com/a/../token', secretArn, audience: 'a' },
    ['tokenUrl: must be a URL as browsers write it'],
  ],
  [
    'a host without a region',
    iam,
    { url, resources: ['arn:aws:execute-api:*'] },
    ['region: is needed: it does not follow from the host'],
  ],
  ['no function', {}, { functionArn: 'arn:aws:s3:::bucket' }, ['functionArn: must be the ARN of a function']],
  [
    'an API key for a function',
    apiKey,
    { functionArn, secretArn },
    ['functionArn: is for the modes assertion and none: a function is invoked by its role'],
  ],
  ['a token that nobody said may be forwarded', forward, { url, audience: OURS[0]! }, [`forwardToken: ${IS_NEEDED}`]],
  [
    'a token to whom it is not meant for',
    forward,
    { url, audience: 'https://crm.acme.com', forwardToken: true },
    ['audience: must be an audience of this gateway: a token is forwarded only to whom it is meant for'],
  ],
])('%s is said', (_name, row, settings, said) => {
  expect(problems(row, settings)).toEqual(said);
});

test('a function that could not work does not start', () => {
  expect(() => requireUsable({ crm: { title: 'the CRM' } }, {}, OURS)).toThrow(`backend crm: url ${IS_NEEDED}`);
});

describe('what a deployment needs', () => {
  const table = { crm: { title: 'a' }, old: { title: 'b', auth: { mode: 'forward-token' } } } as const;
  test.each<[Readonly<Record<string, BackendSettings>>, boolean, boolean]>([
    [{}, false, false],
    [{ crm: { url } }, true, false],
    [{ crm: { functionArn } }, true, false],
    [{ old: { url } }, false, true],
    [{ crm: { audience: 'no address' } }, false, false],
  ])('with %j: keys %s, tokens %s', (settings, assertions, tokens) => {
    expect([usesAssertions(table, settings), usesTokens(table, settings)]).toEqual([assertions, tokens]);
  });
});
