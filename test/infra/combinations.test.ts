import { describe, expect, test } from '@jest/globals';
import { type Resource, synthGateway } from '../../infra/synth.ts';

const certificate = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f`;
const oidc = { idp: 'oidc', issuer: 'https://login.example.com' };
const domain = { domainName: 'mcp.acme.com', certificateArn: certificate('us-east-1') };
const zone = { hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'acme.com' };
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/acme/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f';
const saml = { federatedSamlMetadataUrl: 'https://login.acme.com/saml/metadata' };
const relay = { authorizationServer: 'relay', relayRegistration: 'true' };
const upstream = {
  upstreamClientId: 'gatehouse',
  upstreamClientSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:upstream-a1B2c3',
};
const edge = { cloudFront: 'true' };

const synth = (context: Record<string, string>) => synthGateway({ context, bundling: false }).template;

/** Names of the resources that one refers to. */
function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String((inner as unknown[])[0])];
    if (key === 'DependsOn') return [inner].flat().map(String);
    return referencesIn(inner);
  });
}

/** Resources that wait for themselves, and those that a reference names and that do not exist. */
function brokenReferences(resources: Readonly<Record<string, Resource>>): readonly string[] {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): readonly string[] => {
    if (path.includes(id)) return [[...path, id].join(' → ')];
    if (done.has(id) || id.startsWith('AWS::')) return [];
    if (resources[id] === undefined) return [`${path.at(-1)} names ${id}, which does not exist`];
    const found = referencesIn(resources[id]).flatMap((next) => visit(next, [...path, id]));
    done.add(id);
    return found;
  };
  return Object.keys(resources).flatMap((id) => visit(id, []));
}

describe('CloudFormation can read the template', () => {
  test.each([
    ['by default', {}],
    ['in dev', { environment: 'dev' }],
    ['with an issuer', oidc],
    ['with a domain', domain],
    [
      'with a domain, a zone, alarms and reserved copies',
      { ...domain, ...zone, alarmEmail: 'a@b.example', reservedConcurrency: '5' },
    ],
    ['with CloudFront', edge],
    ['with CloudFront and an issuer', { ...oidc, ...edge }],
    ['with CloudFront, a domain and a zone', { ...edge, ...domain, ...zone }],
    ['with CloudFront and an own web ACL', { ...edge, webAclArn }],
    ['with groups', { groupScopes: 'readers:starter.whoami' }],
    ['with groups, CloudFront and a SAML provider', { ...edge, groupScopes: 'readers:starter.whoami', ...saml }],
    ['with an imported pool', { userPoolId: 'eu-central-1_Ab12Cd34', loginDomainPrefix: 'acme', ...saml }],
    ['with the relay', relay],
    [
      'with the relay, CloudFront, a domain and groups',
      { ...relay, ...edge, ...domain, groupScopes: 'readers:starter.whoami' },
    ],
    ['with the relay before another provider', { ...oidc, ...relay, ...upstream, relayStrict: 'true' }],
    [
      'with the relay in an imported pool',
      { ...relay, userPoolId: 'eu-central-1_Ab12Cd34', loginDomainPrefix: 'acme' },
    ],
    ['with the longest name', { ...oidc, ...edge, stackName: `A${'b'.repeat(100)}` }],
  ])('%s', (_name, context) => {
    const template = synth(context);
    expect([brokenReferences(template.Resources), JSON.stringify(template).match(/[$#]\{Token/g)]).toEqual([[], null]);
  });

  test('and one with a circle is found', () => {
    const found = brokenReferences({
      A: { Type: 'X', Properties: { b: { Ref: 'B' } } },
      B: { Type: 'X', Properties: { a: { 'Fn::GetAtt': ['A', 'Arn'] }, c: { Ref: 'C' } } },
    });
    expect(found).toEqual(['A → B → A', 'B names C, which does not exist']);
  });
});

/** As CloudFormation will make it in the region with the longest name. */
function deployedValue(value: unknown, stackName: string): string {
  if (typeof value === 'string') return value.replaceAll(/\{\{resolve:[^}]*\}\}/g, 's'.repeat(48));
  const [[name = '', inner] = []] = Object.entries(value as object);
  if (name === 'Fn::Join') {
    const parts = (inner as [string, readonly unknown[]])[1].map((part) => deployedValue(part, stackName));
    return deployedValue(parts.join(''), stackName);
  }
  const target = String([inner].flat()[0]);
  if (target.startsWith('Tables')) return `${stackName}-${target}-ABCDEFGHIJKLM`;
  if (target.startsWith('EdgeSecret')) return 'arn';
  if (target.startsWith('Relay')) {
    return `arn:aws:secretsmanager:ap-southeast-7:123456789012:secret:${target}-ABCDEFGHIJKL-a1B2c3`;
  }
  if (target === 'AWS::Region') return 'ap-southeast-7';
  const attribute = String([inner].flat()[1]);
  if (attribute === 'ApiEndpoint') return 'https://abcdefghij.execute-api.ap-southeast-7.amazonaws.com';
  if (attribute === 'ProviderURL') return 'https://cognito-idp.ap-southeast-7.amazonaws.com/ap-southeast-7_ABCDEFGHI';
  return attribute === 'DomainName' ? 'd123456789abcd.cloudfront.net' : 'abcdefghijklmnopqrstuvwxyz';
}

/** Lambda measures all variables as one JSON text. */
function largestEnvironment(template: ReturnType<typeof synth>, stackName: string): number {
  const sizes = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties = {} }) => {
      const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
      const entries = Object.entries(Variables).map(([name, value]) => [name, deployedValue(value, stackName)]);
      return Buffer.byteLength(JSON.stringify(Object.fromEntries(entries)));
    });
  return Math.max(...sizes);
}

describe('the variables of every function that is synthesised fit into the 4,096 bytes of Lambda', () => {
  const withClients = (context: Record<string, string>, count: number) =>
    synth({ ...context, allowedClientIds: Array.from({ length: count }, (_, at) => `client-${at}`).join(',') });

  test.each([
    ['by default', {}],
    ['with CloudFront and an issuer', { ...oidc, ...edge }],
    ['with the relay and CloudFront', { ...relay, ...edge, relayStrict: 'true' }],
    [
      'with the longest login page and name',
      { ...edge, stackName: `A${'b'.repeat(100)}`, loginDomainPrefix: 'c'.repeat(63) },
    ],
  ])('%s', (_name, context: Record<string, string>) => {
    let fits = 0;
    let refused = 400;
    while (refused - fits > 1) {
      const middle = Math.floor((fits + refused) / 2);
      try {
        withClients(context, middle);
        fits = middle;
      } catch (error) {
        expect((error as Error).message).toMatch(/^The variables of a function have \d+ bytes; Lambda takes 4096\. /);
        refused = middle;
      }
    }
    const size = largestEnvironment(withClients(context, fits), context['stackName'] ?? 'Gatehouse');
    // Not refused too early either: the estimate of references costs at most a fifth.
    expect([size <= 4096, size > 3300]).toEqual([true, true]);
  });
});
