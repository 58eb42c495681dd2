import { describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { planFrom } from '../../cli/dev/template.ts';
import { readParameters } from '../../infra/config.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';
import { synthGateway } from '../../infra/synth.ts';
import { type IdpPresetName, readConfig } from '../../shared/core/config.ts';
import { PRESETS } from '../../shared/idp/presets.ts';
import { FIXTURES } from '../support/idp-fixtures.ts';
import { contextOf } from '../support/preset-context.ts';

const publicUrl = 'https://mcp.acme.com';
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', publicUrl };
const okta = { idp: 'okta', issuer: 'https://acme.okta.com/oauth2/aus1a2b3c4' };
const cognito = {
  idp: 'cognito',
  issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34',
  allowedClientIds: ['3n4b'],
};
const presets = Object.keys(PRESETS) as IdpPresetName[];

const messageOf = (context: Record<string, unknown>) => {
  try {
    readParameters(context);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};
const withIssuers = (...entries: readonly unknown[]) => messageOf({ ...auth0, issuers: JSON.stringify(entries) });

const GOOGLE =
  'cannot be used directly: its access tokens are opaque, and an ID token is no access token. Let a provider that issues JWTs sign users in with Google, for example Cognito with Google as an identity provider of its pool. Example: -c idp=cognito';
const SHAPE = `-c 'issuers=[{"idp":"okta","issuer":"https://acme.okta.com/oauth2/aus1a2b3c4"}]'`;

describe('synthesis stops, and says where and why', () => {
  test.each<readonly [string, string, string]>([
    ['for google', messageOf({ idp: 'google' }), `idp ("google") ${GOOGLE}`],
    ['for google among others', withIssuers({ idp: 'google' }), `issuers[0].idp ("google") ${GOOGLE}`],
    [
      'for text that is no JSON',
      messageOf({ ...auth0, issuers: '[{idp:okta}]' }),
      `issuers ("[{idp:okta}]") must be a JSON array of issuers. Example: ${SHAPE}`,
    ],
    [
      'for one issuer without the brackets',
      messageOf({ ...auth0, issuers: '{}' }),
      `issuers ({}) must be a JSON array of issuers. Example: ${SHAPE}`,
    ],
    [
      'for an unknown member',
      withIssuers({ ...okta, audiance: 'x' }),
      `issuers[0] ({"idp":"okta","issuer":"https://acme.okta.com/oauth2/aus1a2b3c4","audiance":"x"}) Unrecognized key: "audiance". Example: ${SHAPE}`,
    ],
    [
      'for an issuer that is not given',
      withIssuers({ idp: 'cognito' }),
      `issuers[0].issuer (not given) is needed with idp=cognito. Example: "issuer": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34"`,
    ],
    [
      'for an issuer of another shape',
      withIssuers(okta, { idp: 'auth0', issuer: 'https://b.eu.auth0.com' }),
      `issuers[1].issuer ("https://b.eu.auth0.com") is no issuer of auth0; a slash at the end is part of it. Example: "issuer": "https://acme.eu.auth0.com/"`,
    ],
    [
      'for plain http',
      withIssuers({ idp: 'oidc', issuer: 'http://127.0.0.1:1' }),
      'issuers[0].issuer ("http://127.0.0.1:1") must be https; plain http is for loopback addresses with environment=dev. Example: "issuer": "https://login.example.com"',
    ],
    [
      'for the primary issuer once more',
      withIssuers({ idp: 'oidc', issuer: auth0.issuer }),
      'issuers[0].issuer ("https://acme.eu.auth0.com/") is given twice, and its tokens can have one set of rules. Example: "issuer": "https://login.example.com"',
    ],
    [
      'for a pool without its clients',
      withIssuers({ ...cognito, allowedClientIds: [] }),
      'issuers[0].allowedClientIds (not given) is needed with an existing Cognito pool: the app clients to accept. Example: "allowedClientIds": ["3n4b5c6d7e","8f9g0h"]',
    ],
    [
      'for Stytch without audience and clients',
      withIssuers({ idp: 'stytch', issuer: 'https://acme.customers.stytch.com' }),
      'issuers[0].allowedClientIds (not given) is needed with idp=stytch: the connected apps to accept, since `aud` is the whole project. Example: "allowedClientIds": ["3n4b5c6d7e","8f9g0h"]\n' +
        'issuers[0].audience (not given) is needed with idp=stytch: the id of the project. Example: "audience": "project-live-0a1b2c3d"',
    ],
    [
      'for an audience that is none',
      withIssuers({ ...okta, audience: [] }),
      'issuers[0].audience ("") must name at least one audience. Example: "audience": ["https://mcp.acme.com/mcp"]',
    ],
    [
      'for a claim of a fixed preset',
      withIssuers({ ...okta, claims: { subject: 'email' } }),
      'issuers[0].claims.subject ("email") is for idp=oidc; okta has fixed claims. Example: "subject": "employee_id"',
    ],
    [
      'for an algorithm the preset does not take',
      withIssuers({ ...okta, algorithms: ['HS256'] }),
      'issuers[0].algorithms ("HS256") must be among those of okta: RS256. Example: "algorithms": "RS256"',
    ],
    [
      'for metadata that clients refuse',
      messageOf({ idp: 'cognito', authorizationServer: 'direct' }),
      'authorizationServer ("direct") cannot work with idp=cognito: its own metadata does not announce S256, and MCP clients have to refuse that. Example: -c authorizationServer=metadata',
    ],
  ])('%s', (_name, message, expected) => {
    expect(message).toBe(expected);
  });
});

const configOf = (context: Record<string, unknown>) => {
  const { functions } = planFrom(synthGateway({ context, bundling: false }).template);
  const environment = functions[0]?.environment ?? {};
  return { config: readConfig(environment), bytes: Buffer.byteLength(environment['GATEHOUSE_CONFIG'] ?? '') };
};

describe('the functions get', () => {
  test('every further issuer with its own defaults and nothing of the primary one', () => {
    const issuers = [okta, cognito, { idp: 'oidc', issuer: 'https://o.example', claims: { subject: 'emp' } }];
    const primary = { ...auth0, allowedClientIds: 'only-here', scopePrefix: 'p/' };
    const { config } = configOf({ ...primary, issuers: JSON.stringify(issuers) });
    const audience = [`${publicUrl}/mcp`];
    const plain = { audience, scopePrefix: '', allowedClientIds: [] };
    expect([config.idp, ...(config.otherIdps ?? [])]).toEqual([
      { preset: 'auth0', issuer: auth0.issuer, audience, scopePrefix: 'p/', allowedClientIds: ['only-here'] },
      { preset: 'okta', issuer: okta.issuer, ...plain },
      {
        ...plain,
        preset: 'cognito',
        issuer: cognito.issuer,
        scopePrefix: `${publicUrl}/mcp/`,
        allowedClientIds: ['3n4b'],
      },
      { preset: 'oidc', issuer: 'https://o.example', ...plain, claims: { subject: 'emp' } },
    ]);
  });

  test('one issuer of each preset, twice where it fits, in less than 3.5 KB', () => {
    const others = presets.map((preset) => contextOf(preset, FIXTURES[preset].otherTenant));
    const { config, bytes } = configOf({ ...auth0, issuers: JSON.stringify(others) });
    expect({ issuers: config.otherIdps?.length, fits: bytes < 3584 }).toEqual({ issuers: presets.length, fits: true });
  });

  test('no more than fits', () => {
    const many = Array.from({ length: 30 }, (_, at) => ({ idp: 'oidc', issuer: `https://login-${at}.example.com` }));
    expect(() => configOf({ ...auth0, issuers: JSON.stringify(many) })).toThrow(
      /Shorten .* issuers or relayClients\.$/,
    );
  });

  test('the created pool as the primary issuer beside others', () => {
    const { Resources } = synthGateway({
      context: { publicUrl, issuers: JSON.stringify([okta]) },
      bundling: false,
    }).template;
    const types = Object.values(Resources).map(({ Type }) => Type);
    expect(types.filter((type) => type === 'AWS::Cognito::UserPool')).toHaveLength(1);
  });
});

describe('with its own metadata', () => {
  const warnings = (context: Record<string, unknown>) => {
    const app = new App({ analyticsReporting: false });
    const stack = new GatewayStack(app, { parameters: readParameters({ publicUrl, ...context }), bundling: false });
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('metadata'));
    return found.map(({ entry }) => String(entry.data).replace(/ \[ack: .*\]$/, ''));
  };

  test('a further issuer that clients could not sign in at is warned about, with the way out', () => {
    expect(warnings({ ...auth0, issuers: [okta, cognito] })).toEqual([
      `clients sign in at ${cognito.issuer} by its own metadata: its own metadata does not announce S256, and MCP clients have to refuse that. Make it the primary issuer (idp, issuer) with authorizationServer=metadata, or give its users their tokens another way`,
    ]);
  });
});
