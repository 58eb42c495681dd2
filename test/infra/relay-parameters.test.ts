import { describe, expect, test } from '@jest/globals';
import { readParameters } from '../../infra/config.ts';
import { synthGateway } from '../../infra/synth.ts';

const secret = (region = 'eu-central-1') =>
  `arn:aws:secretsmanager:${region}:123456789012:secret:gatehouse/upstream-a1B2c3`;
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const client = { upstreamClientId: 'gatehouse', upstreamClientSecretArn: secret() };
const relay = { authorizationServer: 'relay', ...auth0, ...client };

function messageOf(context: Record<string, unknown>, region?: string): string {
  try {
    readParameters(context, region);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

const EXAMPLE_ID = '-c upstreamClientId=gatehouse';
const EXAMPLE_SECRET = `-c upstreamClientSecretArn=${secret()}`;
const EXAMPLE_CLIENTS = `-c 'relayClients=[{"client_id":"acme-agent","client_name":"Acme Agent","redirect_uris":["https://agent.acme.com/callback"]}]'`;
const agent = { client_id: 'agent', client_name: 'Agent', redirect_uris: ['https://agent.acme.com/cb'] };
const withClients = (...clients: unknown[]) => ({ ...relay, relayClients: JSON.stringify(clients) });

describe('what is wrong about the relay stops synthesis', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    [
      'a client at the provider without the relay',
      { ...auth0, upstreamClientId: 'gatehouse' },
      `upstreamClientId ("gatehouse") is for authorizationServer=relay. Example: ${EXAMPLE_ID}`,
    ],
    [
      'a switch of the relay without it, even when it is off',
      { relayRegistration: 'false' },
      'relayRegistration (false) is for authorizationServer=relay. Example: -c relayRegistration=true',
    ],
    [
      'no client at the provider',
      { authorizationServer: 'relay', ...auth0, upstreamClientSecretArn: secret() },
      `upstreamClientId (not given) is needed with authorizationServer=relay and idp=auth0. Example: ${EXAMPLE_ID}`,
    ],
    [
      'no secret of the client',
      { authorizationServer: 'relay', ...auth0, upstreamClientId: 'gatehouse' },
      `upstreamClientSecretArn (not given) is needed with authorizationServer=relay and idp=auth0. Example: ${EXAMPLE_SECRET}`,
    ],
    [
      'the secret itself in the place of its name, which is not repeated',
      { ...relay, upstreamClientSecretArn: 'S3cr3t' },
      `upstreamClientSecretArn (a value that is not shown) must be the ARN of a secret in Secrets Manager, whole, with the six characters at its end. Example: ${EXAMPLE_SECRET}`,
    ],
    [
      'a client where the stack makes one',
      { authorizationServer: 'relay', upstreamClientId: 'mine' },
      `upstreamClientId ("mine") has no effect where the stack makes the client: leave it out, or give issuer. Example: ${EXAMPLE_ID}`,
    ],
    [
      'callbacks of clients at the pool',
      { authorizationServer: 'relay', callbackUrls: 'https://a.example/cb' },
      'callbackUrls (["https://a.example/cb"]) has no effect with authorizationServer=relay: name the client and its redirect URIs in relayClients. Example: -c callbackUrls=https://chatgpt.com/connector/oauth/abc123',
    ],
    [
      'some of the endpoints',
      {
        ...relay,
        idp: 'oidc',
        issuer: 'https://login.example.com',
        tokenEndpoint: 'https://a.example/t',
        jwksEndpoint: 'https://a.example/j',
      },
      'authorizationEndpoint (not given) is needed with tokenEndpoint; without any, the document of the provider names them. Example: -c authorizationEndpoint=https://login.acme.com/oauth2/authorize',
    ],
    [
      'clients that are no JSON',
      { ...relay, relayClients: 'agent' },
      `relayClients ("agent") must be a JSON array of { client_id, client_name, redirect_uris }. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'a client with a member too many',
      withClients({ ...agent, client_secret: 'x' }),
      `relayClients[0] ({"client_id":"agent","client_name":"Agent","redirect_uris":["https://agent.acme.com/cb"],"client_secret":"x"}) must be a JSON array of { client_id, client_name, redirect_uris }. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'a redirect URI that runs as a script',
      withClients(agent, { ...agent, client_id: 'b', redirect_uris: ['https://b.example/cb', 'javascript:alert(1)'] }),
      `relayClients[1].redirect_uris[1] ("javascript:alert(1)") has the scheme javascript: known are claude, cursor, kiro, vscode, vscode-insiders, windsurf, zed, and names with a dot. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'a client without a redirect URI',
      withClients({ ...agent, redirect_uris: [] }),
      `relayClients[0].redirect_uris ([]) must have one. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'a name that turns the text around it',
      withClients({ ...agent, client_name: 'Claude\u202e' }),
      `relayClients[0].client_name ("Claude\u202e") must be 1 to 100 characters that can be shown. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'an id as registration gives it out',
      withClients({ ...agent, client_id: 'dcr1.abc' }),
      `relayClients[0].client_id ("dcr1.abc") must be a client id, and none as registration makes them. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'the same client twice',
      withClients(agent, agent),
      `relayClients (${JSON.stringify([agent, agent])}) must name each client once. Example: ${EXAMPLE_CLIENTS}`,
    ],
    [
      'another way to authenticate',
      { ...relay, upstreamClientAuth: 'private_key_jwt' },
      'upstreamClientAuth ("private_key_jwt") Invalid option: expected one of "client_secret_basic"|"client_secret_post". Example: -c upstreamClientAuth=client_secret_post',
    ],
  ])('%s', (_name, context, message) => {
    expect(messageOf(context)).toBe(message);
  });

  test('a secret in another region than the function that reads it', () => {
    expect([messageOf(relay, 'eu-central-1'), messageOf(relay), messageOf(relay, 'us-east-1')]).toEqual([
      'accepted',
      'accepted',
      `upstreamClientSecretArn (a value that is not shown) is in eu-central-1, and the stack goes to us-east-1: put the secret there. Example: ${EXAMPLE_SECRET}`,
    ]);
  });

  test('more clients than the variables of a function hold', () => {
    const clients = Array.from({ length: 40 }, (_, at) => ({ ...agent, client_id: `agent-number-${at}` }));
    expect(() => synthGateway({ context: withClients(...clients), bundling: false })).toThrow(
      /^The variables of a function have \d+ bytes; Lambda takes 4096\. Shorten .* or relayClients\.$/,
    );
  });
});

test('the relay goes with every provider, and with a pool that the stack makes, imports or only knows', () => {
  const entra = {
    idp: 'entra-v2',
    issuer: 'https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0',
    audience: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
  };
  const known = { issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34' };
  const stytch = { idp: 'stytch', issuer: 'https://acme.customers.stytch.com', audience: 'project-live-1' };
  const contexts = [
    {},
    { userPoolId: 'eu-central-1_Ab12Cd34', loginDomainPrefix: 'acme' },
    { ...known, ...client },
    { ...entra, ...client },
    { ...stytch, ...client },
    { idp: 'oidc', issuer: 'https://login.example.com', ...client, relayStrict: 'true', relayReauth: true },
  ];
  expect(contexts.map((context) => messageOf({ authorizationServer: 'relay', ...context }))).toEqual(
    contexts.map(() => 'accepted'),
  );
});
