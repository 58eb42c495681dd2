import { describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { readParameters } from '../../infra/config.ts';
import { synthGateway } from '../../infra/synth.ts';
import { readConfig } from '../../shared/core/config.ts';

const external = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', publicUrl: 'https://mcp.acme.com' };
const synth = (context: Record<string, string>) =>
  synthGateway({ context: { ...external, ...context }, bundling: false });

const messageOf = (context: Record<string, unknown>) => {
  try {
    readParameters({ ...external, ...context });
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};
const withDemo = (settings: unknown, more: object = {}) =>
  messageOf({ backends: JSON.stringify({ demo: settings }), ...more });

const EXAMPLE = `-c 'backends={"crm":{"url":"https://crm.acme.com/api"}}'`;
const DEMO_EXAMPLE = `-c 'backends={"demo":{"url":"https://crm.acme.com/api"}}'`;

describe('synthesis stops, and says where and why', () => {
  test.each<readonly [string, string, string]>([
    [
      'for text that is no JSON',
      messageOf({ backends: '{crm:1}' }),
      `backends ("{crm:1}") Invalid input: expected record, received string. Example: ${EXAMPLE}`,
    ],
    [
      'for an unknown setting',
      withDemo({ url: 'https://a.example', key: 's3cret' }),
      `backends.demo (a value that is not shown) Unrecognized key: "key". Example: ${EXAMPLE}`,
    ],
    [
      'for a secret in the place of its ARN',
      withDemo({ url: 'https://a.example', secretArn: 's3cret' }),
      `backends.demo.secretArn (a value that is not shown) must be the ARN of a secret. Example: ${EXAMPLE}`,
    ],
    [
      'for a backend that no table has',
      messageOf({ backends: '{"crm":{"url":"https://crm.acme.com"}}' }),
      `backends.crm (a value that is not shown) is no backend of shared/backends: demo. Example: ${EXAMPLE}`,
    ],
    [
      'for plain http',
      withDemo({ url: 'http://crm.acme.com' }),
      `backends.demo.url ("http://crm.acme.com") must be https; plain http is for loopback addresses with environment=dev. Example: ${DEMO_EXAMPLE}`,
    ],
    [
      'for plain http to this machine in prod',
      withDemo({ url: 'http://localhost:1' }),
      `backends.demo.url ("http://localhost:1") must be https; plain http is for loopback addresses with environment=dev. Example: ${DEMO_EXAMPLE}`,
    ],
    ['but not for that in dev', withDemo({ url: 'http://localhost:1' }, { environment: 'dev' }), 'accepted'],
    ...[
      'https://crm.acme.com/?a=1',
      'https://user@crm.acme.com/',
      'https://crm.acme.com/a/../b',
      'HTTPS://crm.acme.com',
      'crm',
    ].map(
      (url) =>
        [
          `for ${url}`,
          withDemo({ url }),
          `backends.demo.url (${JSON.stringify(url)}) must be a base URL without user, query and fragment. Example: ${DEMO_EXAMPLE}`,
        ] as const,
    ),
  ])('%s', (_name, message, expected) => {
    expect(message).toBe(expected);
  });
});

describe('the demo backend', () => {
  const { template } = synth({ demoBackend: 'true' });
  const resources = Object.entries(template.Resources);
  const ofType = (type: string) => resources.filter(([, { Type }]) => Type === type);

  test('is a function of its own with a table of its own at an open address, and the gateway is told where', () => {
    const functions = ofType('AWS::Lambda::Function').map(([, { Metadata }]) => Metadata?.['gatehouse:function']);
    const mcp = JSON.stringify(ofType('AWS::Lambda::Function').find(([id]) => id.startsWith('Mcp')));
    const urls = ofType('AWS::Lambda::Url').map(([, { Properties }]) => Properties?.['AuthType']);
    expect([
      functions.filter((name) => !String(name).startsWith('audit-')).sort(),
      urls,
      ofType('AWS::DynamoDB::GlobalTable').length,
      ofType('AWS::KMS::Key').length,
    ]).toEqual([['debug', 'demo-backend', 'discovery', 'mcp'], ['NONE'], 5, 2]);
    expect(mcp).toMatch(/DemoBackendFunctionFunctionUrl\w+","FunctionUrl"/);
  });

  test('and the gateway can read nothing of each other', () => {
    const policies = ofType('AWS::IAM::Policy').map(([id, resource]) => [id, JSON.stringify(resource)] as const);
    const naming = (word: string) => policies.filter(([, text]) => text.includes(word)).map(([id]) => id.slice(0, -24));
    const demo = policies.find(([id]) => id.startsWith('DemoBackend'))?.[1] ?? '';
    expect([
      naming('DemoData').length,
      demo.includes('DemoData'),
      /Tables|Assertions|secretsmanager/.test(demo),
    ]).toEqual([1, true, false]);
  });

  test('is where local development says, when it says so', () => {
    const url = 'http://localhost:8790';
    const context = { environment: 'dev', demoBackend: 'true', backends: JSON.stringify({ demo: { url } }) };
    const mcp = planFrom(synth(context).template).functions.find(({ name }) => name === 'mcp');
    expect(readConfig(mcp!.environment).backends).toEqual({ demo: { url, audience: 'gatehouse-demo-backend' } });
  });

  test('brings its scopes into a pool that the stack makes, and is not there without being asked for', () => {
    const scopes = (context: Record<string, string>) =>
      /"ScopeName":"starter\.crm"/.test(JSON.stringify(synthGateway({ context, bundling: false }).template));
    expect([scopes({ demoBackend: 'true' }), scopes({})]).toEqual([true, false]);
    expect(JSON.stringify(synth({}).template)).not.toMatch(/demo|kms:Decrypt|AWS::Lambda::Url/i);
  });
});
