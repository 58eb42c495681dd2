import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { type Resource, synthGateway } from '../../infra/synth.ts';

const certificate = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f`;
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const domain = { ...auth0, domainName: 'mcp.acme.com', certificateArn: certificate('eu-central-1') };
const zone = { hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'acme.com' };
const edge = { ...auth0, cloudFront: 'true' };
const edgeDomain = { ...edge, domainName: 'mcp.acme.com', certificateArn: certificate('us-east-1') };

const synth = (context: Record<string, string>) => synthGateway({ context, bundling: false }).template;
type Template = ReturnType<typeof synth>;
const all = (type: string, { Resources }: Template): readonly Resource[] =>
  Object.values(Resources).filter(({ Type }) => Type === type);
const propertiesOf = (type: string, template: Template) => all(type, template).map(({ Properties = {} }) => Properties);
const environmentsOf = (template: Template) =>
  propertiesOf('AWS::Lambda::Function', template)
    .map((one) => (one['Environment'] as { Variables: Record<string, unknown> }).Variables)
    .filter((variables) => 'GATEHOUSE_CONFIG' in variables);
/** References as `<LogicalId>`, without the hash that the CDK appends. */
const flat = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/\{"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z:]+?)(?:[0-9A-F]{8})?"[^}]*\}/g, '<$1>');

describe('a custom domain', () => {
  const template = synth(domain);

  test('is served at its root, the only address of the API', () => {
    const [api] = propertiesOf('AWS::ApiGatewayV2::Api', template);
    const [name] = propertiesOf('AWS::ApiGatewayV2::DomainName', template);
    const [mapping] = propertiesOf('AWS::ApiGatewayV2::ApiMapping', template);
    expect([api, name, Object.keys(mapping!).sort()]).toEqual([
      { Name: 'Gatehouse', ProtocolType: 'HTTP', DisableExecuteApiEndpoint: true },
      {
        DomainName: 'mcp.acme.com',
        DomainNameConfigurations: [
          { CertificateArn: certificate('eu-central-1'), EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
        ],
      },
      // No ApiMappingKey: a prefix would break the well-known paths.
      ['ApiId', 'DomainName', 'Stage'],
    ]);
  });

  test('is the public URL: of the resource, of the origins, of the outputs', () => {
    const [{ GATEHOUSE_CONFIG } = {}] = environmentsOf(template);
    const { publicUrl, idp, allowedOrigins } = JSON.parse(String(GATEHOUSE_CONFIG));
    expect([publicUrl, idp.audience, allowedOrigins[0], template.Outputs?.['McpUrl']?.Value]).toEqual([
      'https://mcp.acme.com',
      ['https://mcp.acme.com/mcp'],
      'https://mcp.acme.com',
      'https://mcp.acme.com/mcp',
    ]);
  });

  test('without a hosted zone an output says which DNS record to make', () => {
    expect([flat(template.Outputs?.['DnsRecord']?.Value), propertiesOf('AWS::Route53::RecordSet', template)]).toEqual([
      '{"Fn::Join":["",["mcp.acme.com CNAME ",<HttpDomain>]]}',
      [],
    ]);
  });

  test('with one the stack makes it, an A record', () => {
    const zoned = synth({ ...domain, ...zone });
    const records = propertiesOf('AWS::Route53::RecordSet', zoned).map(({ Type, Name, HostedZoneId }) => [
      Type,
      Name,
      HostedZoneId,
    ]);
    expect([records, zoned.Outputs?.['DnsRecord']]).toEqual([
      [['A', 'mcp.acme.com.', 'Z0123456789ABCDEFGHIJ']],
      undefined,
    ]);
  });
});

describe('CloudFront in front', () => {
  const template = synth(edgeDomain);
  const [distribution] = propertiesOf('AWS::CloudFront::Distribution', template).map(
    (one) => one['DistributionConfig'] as Record<string, unknown>,
  );
  const behaviours = [
    distribution!['DefaultCacheBehavior'],
    ...(distribution!['CacheBehaviors'] as unknown[]),
  ] as ReadonlyArray<Record<string, unknown>>;

  test('does not exist by default', () => {
    const plain = synth(auth0);
    const types = ['AWS::CloudFront::Distribution', 'AWS::WAFv2::WebACL', 'AWS::SecretsManager::Secret'];
    expect([
      types.map((type) => all(type, plain).length),
      environmentsOf(plain).map((one) => 'EDGE_SECRETS' in one),
    ]).toEqual([
      [0, 0, 0],
      [false, false, false],
    ]);
  });

  test('passes every header but Host, every method, and keeps nothing but well-known documents', () => {
    const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
    const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
    expect(
      behaviours.map((one) => ({
        path: one['PathPattern'],
        headers: one['OriginRequestPolicyId'],
        cache: flat(one['CachePolicyId']),
        methods: (one['AllowedMethods'] as string[]).length,
        cached: one['CachedMethods'],
        viewers: one['ViewerProtocolPolicy'],
        compressed: one['Compress'],
      })),
    ).toEqual([
      {
        path: undefined,
        headers: ALL_VIEWER_EXCEPT_HOST_HEADER,
        cache: JSON.stringify(CACHING_DISABLED),
        methods: 7,
        cached: undefined,
        viewers: 'https-only',
        compressed: false,
      },
      {
        path: '/.well-known/*',
        headers: ALL_VIEWER_EXCEPT_HOST_HEADER,
        cache: '<EdgeDocuments>',
        methods: 7,
        cached: undefined,
        viewers: 'https-only',
        compressed: false,
      },
    ]);
  });

  test('waits for the API longer than the API waits for a function, over TLS 1.2', () => {
    const [origin] = distribution!['Origins'] as ReadonlyArray<Record<string, unknown>>;
    expect([origin!['CustomOriginConfig'], distribution!['ViewerCertificate']]).toEqual([
      { OriginProtocolPolicy: 'https-only', OriginReadTimeout: 35, OriginSSLProtocols: ['TLSv1.2'] },
      {
        AcmCertificateArn: certificate('us-east-1'),
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    ]);
  });

  test('keeps a document only as long as it says, five minutes at most, and no error at all', () => {
    const [policy] = propertiesOf('AWS::CloudFront::CachePolicy', template);
    const { MinTTL, DefaultTTL, MaxTTL } = policy!['CachePolicyConfig'] as Record<string, unknown>;
    const errors = distribution!['CustomErrorResponses'] as ReadonlyArray<Record<string, unknown>>;
    expect([[MinTTL, DefaultTTL, MaxTTL], errors]).toEqual([
      [0, 0, 300],
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((ErrorCode) => ({
        ErrorCode,
        ErrorCachingMinTTL: 0,
      })),
    ]);
  });

  test('holds the one key to the functions, as a reference and never as text', () => {
    const [origin] = distribution!['Origins'] as ReadonlyArray<Record<string, unknown>>;
    const secret = (generation: number) => `"{{resolve:secretsmanager:",<EdgeSecret${generation}>,":SecretString:::}}`;
    const named = (value: unknown) =>
      JSON.stringify(value).replaceAll(/\{"Ref":"(EdgeSecret\d)[0-9A-F]{8}"\}/g, '<$1>');
    expect([
      named(origin!['OriginCustomHeaders']),
      environmentsOf(template).map((one) => named(one['EDGE_SECRETS'])),
    ]).toEqual([
      `[{"HeaderName":"x-gatehouse-edge","HeaderValue":{"Fn::Join":["",[${secret(1)}"]]}}]`,
      Array(3).fill(`{"Fn::Join":["",[${secret(1)},{{resolve:secretsmanager:",<EdgeSecret2>,":SecretString:::}}"]]}`),
    ]);
  });

  test('a rotation sends what the functions accept already, before they stop to accept the old one', () => {
    const rotated = synth({ ...edgeDomain, edgeSecretGeneration: '2' });
    const generations = (one: Template) => [
      ...new Set(Object.keys(one.Resources).flatMap((id) => /^EdgeSecret(\d)/.exec(id)?.[1] ?? [])),
    ];
    const serving = all('AWS::Lambda::Function', rotated).filter((one) => JSON.stringify(one).includes('EDGE_SECRETS'));
    const waits = (serving as ReadonlyArray<Resource & { DependsOn?: string[] }>).map(({ DependsOn }) =>
      DependsOn?.some((id) => id.startsWith('EdgeDistribution')),
    );
    expect([generations(template), generations(rotated), waits]).toEqual([
      ['1', '2'],
      ['2', '3'],
      [true, true, true],
    ]);
  });

  test('leaves the endpoint of the API on, for itself', () => {
    expect(propertiesOf('AWS::ApiGatewayV2::Api', template)).toEqual([{ Name: 'Gatehouse', ProtocolType: 'HTTP' }]);
  });

  test('replaces what a client says of its own address', () => {
    const [fn] = propertiesOf('AWS::CloudFront::Function', template);
    const event = {
      viewer: { ip: '198.51.100.7' },
      request: { headers: { 'x-gatehouse-viewer': { value: '1.1.1.1' } } },
    };
    const request = runInNewContext(`${String(fn!['FunctionCode'])}; handler(event)`, { event });
    expect([
      request.headers['x-gatehouse-viewer'].value,
      behaviours.map((one) => flat(one['FunctionAssociations'])),
    ]).toEqual(['198.51.100.7', Array(2).fill('[{"EventType":"viewer-request","FunctionARN":<EdgeViewer>}]')]);
  });

  test('is the public URL without a domain, too', () => {
    const { GATEHOUSE_CONFIG } = environmentsOf(synth(edge))[0]!;
    expect(flat(GATEHOUSE_CONFIG)).toContain('\\"publicUrl\\":\\"https://",<EdgeDistribution>');
  });
});
