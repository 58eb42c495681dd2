import { describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { readParameters } from '../../infra/config.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';
import { PARAMETERS } from '../../shared/core/parameters.ts';

const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const entra = {
  idp: 'entra-v2',
  issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
};
const messageOf = (context: Record<string, unknown>) => {
  try {
    readParameters(context);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};
const HTTPS = 'must be https; plain http is for loopback addresses with environment=dev';

describe('a wrong parameter stops synthesis with its name, its value and an example', () => {
  const cases: ReadonlyArray<readonly [string, Record<string, unknown>, string]> = [
    [
      'a misspelt name',
      { enviroment: 'dev' },
      'enviroment ("dev") is no parameter; did you mean environment?. Example: -c environment=dev',
    ],
    [
      'a name like nothing',
      { zzzzzzzz: '1' },
      'zzzzzzzz ("1") is no parameter. Example: docs/parameters.md lists them all',
    ],
    [
      'a name of Object',
      { constructor: '1' },
      'constructor ("1") is no parameter. Example: docs/parameters.md lists them all',
    ],
    [
      'an unknown preset',
      { idp: 'ping' },
      'idp ("ping") Invalid option: expected one of "cognito"|"auth0"|"okta"|"entra-v2"|"keycloak"|"authkit"|"stytch"|"clerk"|"descope"|"pingone"|"oidc". Example: -c idp=auth0',
    ],
    [
      'no issuer',
      { idp: 'auth0' },
      'issuer (not given) is needed with idp=auth0. Example: -c issuer=https://acme.eu.auth0.com/',
    ],
    [
      'an issuer of another shape',
      { ...auth0, issuer: 'https://acme.eu.auth0.com' },
      'issuer ("https://acme.eu.auth0.com") is no issuer of auth0; a slash at the end is part of it. Example: -c issuer=https://acme.eu.auth0.com/',
    ],
    [
      'plain http in prod',
      { idp: 'oidc', issuer: 'http://127.0.0.1:9999' },
      `issuer ("http://127.0.0.1:9999") ${HTTPS}. Example: -c issuer=https://login.example.com`,
    ],
    [
      'plain http over a network in dev',
      { idp: 'oidc', environment: 'dev', issuer: 'http://127.0.0.1.evil.example' },
      `issuer ("http://127.0.0.1.evil.example") ${HTTPS}. Example: -c issuer=https://login.example.com`,
    ],
    [
      'no audience where it is no URL',
      entra,
      'audience (not given) is needed with idp=entra-v2: the client id of the API registration. Example: -c audience=6e74172b-be56-4843-9ff4-e66a39bb12e3',
    ],
    [
      'metadata mode without endpoints',
      {
        idp: 'oidc',
        issuer: 'https://login.example.com',
        authorizationServer: 'metadata',
        tokenEndpoint: 'https://a.example/t',
        jwksEndpoint: 'https://a.example/j',
      },
      'authorizationEndpoint (not given) is needed with authorizationServer=metadata and idp=oidc: its discovery document names them. Example: -c authorizationEndpoint=https://login.acme.com/oauth2/authorize',
    ],
    [
      'a claim of a fixed preset',
      { ...auth0, subjectClaim: 'email' },
      'subjectClaim ("email") is for idp=oidc; auth0 has fixed claims. Example: -c subjectClaim=employee_id',
    ],
    [
      'an algorithm the preset does not take',
      { ...auth0, algorithms: 'HS256' },
      'algorithms ("HS256") must be among those of auth0: RS256, PS256. Example: -c algorithms=RS256',
    ],
    [
      'an existing Cognito pool without its clients',
      {
        issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34',
        authorizationEndpoint: 'https://a.example/a',
        tokenEndpoint: 'https://a.example/t',
        jwksEndpoint: 'https://a.example/j',
      },
      'allowedClientIds (not given) is needed with an existing Cognito pool: the app clients to accept. Example: -c allowedClientIds=3n4b5c6d7e,8f9g0h',
    ],
    [
      'the origin null',
      { allowedOrigins: 'null' },
      'allowedOrigins ("null") must be an origin: scheme and host in lower case, no path, no slash at the end. Example: -c allowedOrigins=https://mcp.acme.com,https://chatgpt.com',
    ],
    [
      'every origin',
      { allowedOrigins: '*' },
      'allowedOrigins ("*") must be an origin: scheme and host in lower case, no path, no slash at the end. Example: -c allowedOrigins=https://mcp.acme.com,https://chatgpt.com',
    ],
    [
      'a public URL with a path',
      { publicUrl: 'https://a.example/x' },
      'publicUrl ("https://a.example/x") must be an origin: scheme and host in lower case, no path, no slash at the end. Example: -c publicUrl=https://mcp.acme.com',
    ],
    [
      'a retention CloudWatch lacks',
      { logRetentionDays: '31' },
      'logRetentionDays ("31") must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653. Example: -c logRetentionDays=90',
    ],
    [
      'a word reserved by Cognito',
      { loginDomainPrefix: 'my-aws-login' },
      'loginDomainPrefix ("my-aws-login") must be 1 to 63 of a-z, 0-9 and -, without aws, amazon or cognito. Example: -c loginDomainPrefix=acme-mcp',
    ],
  ];
  test.each(cases)('%s', (_name, context, message) => {
    expect(messageOf(context)).toBe(message);
  });

  test('all wrong ones come at once', () => {
    expect(
      messageOf({ environment: 'test', throttleRate: '0', nope: '' })
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['nope', 'environment', 'throttleRate']);
  });
});

test.each(Object.entries(PARAMETERS))('the example of %s is accepted by its schema', (_name, { schema, example }) => {
  expect(schema.safeParse(example).success).toBe(true);
});

test('nothing given is a production gateway with a Cognito user pool', () => {
  const given = Object.entries(readParameters({})).filter(([, value]) => value !== undefined);
  expect(Object.fromEntries(given)).toEqual({
    assertionSigning: 'local',
    demoBackend: false,
    environment: 'prod',
    idp: 'cognito',
    provisioning: 'auto',
    throttleRate: 50,
    throttleBurst: 100,
    logRetentionDays: 30,
    auditRetentionDays: 400,
    auditToolIndex: false,
    archiveDays: 2557,
    archiveLockDays: 400,
    stackName: 'Gatehouse',
    cloudFront: false,
    wafRateLimit: 10_000,
    edgeSecretGeneration: 1,
    alarmLatencyMs: 3000,
    alarmAuthFailures: 100,
    alarmDenials: 50,
  });
});

test('values are read from text and from JSON alike, and context of the CDK itself is left alone', () => {
  const fromText = readParameters({
    debugToken: 'true',
    throttleRate: '7',
    audience: ' a , b ',
    'aws:cdk:x': 1,
    '@aws-cdk/y': true,
  });
  const fromJson = readParameters({ debugToken: true, throttleRate: 7, audience: ['a', 'b'] });
  expect(fromText).toEqual(fromJson);
});

describe('an audience without the resource', () => {
  const warnings = (context: Record<string, string>) => {
    const app = new App({ analyticsReporting: false });
    const stack = new GatewayStack(app, { parameters: readParameters(context), bundling: false });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('audience does not include')).length;
  };
  const publicUrl = 'https://mcp.acme.com';

  test.each([
    ['is warned about', { ...auth0, publicUrl, audience: 'https://other.example' }, 1],
    [
      'is fine where audiences are no URLs',
      { ...entra, publicUrl, audience: '6e74172b-be56-4843-9ff4-e66a39bb12e3' },
      0,
    ],
    ['does not occur by default', { ...auth0, publicUrl }, 0],
  ])('%s', (_name, context, count) => {
    expect(warnings(context)).toBe(count);
  });
});
