import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { readParameters } from '../../infra/config.ts';
import { type Resource, synthGateway } from '../../infra/synth.ts';

const certificate = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f`;
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const domain = { ...auth0, domainName: 'mcp.acme.com', certificateArn: certificate('eu-central-1') };
const zone = { hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'acme.com' };
const edge = { ...auth0, cloudFront: 'true' };
const edgeDomain = { ...edge, domainName: 'mcp.acme.com', certificateArn: certificate('us-east-1') };
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/acme/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f';

const synth = (context: Record<string, string>) => synthGateway({ context, bundling: false }).template;
type Template = ReturnType<typeof synth>;
const all = (type: string, { Resources }: Template): readonly Resource[] =>
  Object.values(Resources).filter(({ Type }) => Type === type);
const propertiesOf = (type: string, template: Template) => all(type, template).map(({ Properties = {} }) => Properties);
const environmentsOf = (template: Template) =>
  propertiesOf('AWS::Lambda::Function', template).map(
    (one) => (one['Environment'] as { Variables: Record<string, unknown> }).Variables,
  );
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
        DomainNameConfigurations: [{ CertificateArn: certificate('eu-central-1'), EndpointType: 'REGIONAL' }],
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
      })),
    ).toEqual([
      {
        path: undefined,
        headers: ALL_VIEWER_EXCEPT_HOST_HEADER,
        cache: JSON.stringify(CACHING_DISABLED),
        methods: 7,
        cached: undefined,
        viewers: 'https-only',
      },
      {
        path: '/.well-known/*',
        headers: ALL_VIEWER_EXCEPT_HOST_HEADER,
        cache: '<EdgeDocuments>',
        methods: 7,
        cached: undefined,
        viewers: 'https-only',
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
    const waits = (all('AWS::Lambda::Function', rotated) as ReadonlyArray<Resource & { DependsOn?: string[] }>).map(
      ({ DependsOn }) => DependsOn?.some((id) => id.startsWith('EdgeDistribution')),
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

describe('the web ACL', () => {
  const [acl] = propertiesOf('AWS::WAFv2::WebACL', synth(edgeDomain));
  const rules = acl!['Rules'] as ReadonlyArray<Record<string, object>>;
  const groups = rules.flatMap(({ Statement }) => {
    const group = (
      Statement as {
        ManagedRuleGroupStatement?: { Name: string; RuleActionOverrides: Array<{ Name: string; ActionToUse: object }> };
      }
    ).ManagedRuleGroupStatement;
    return group === undefined ? [] : [group];
  });

  test('has no bot control and no list of hosting networks, where the hosted clients live', () => {
    expect([acl!['Scope'], groups.map(({ Name }) => Name)]).toEqual([
      'CLOUDFRONT',
      ['AWSManagedRulesCommonRuleSet', 'AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesAmazonIpReputationList'],
    ]);
  });

  test('only counts a missing or odd User-Agent, and whatever a body says', () => {
    expect(
      groups.map(({ RuleActionOverrides }) => RuleActionOverrides.map(({ Name, ActionToUse }) => [Name, ActionToUse])),
    ).toEqual([
      [
        'NoUserAgent_HEADER',
        'UserAgent_BadBots_HEADER',
        'SizeRestrictions_BODY',
        'EC2MetaDataSSRF_BODY',
        'GenericLFI_BODY',
        'GenericRFI_BODY',
        'CrossSiteScripting_BODY',
      ].map((name) => [name, { Count: {} }]),
      ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'].map((name) => [name, { Count: {} }]),
      [],
    ]);
  });

  test('limits an address with 429, which clients retry, and not with 403', () => {
    const [{ Statement, Action } = {}] = rules;
    expect([Statement, Action]).toEqual([
      { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 10_000, EvaluationWindowSec: 300 } },
      {
        Block: {
          CustomResponse: {
            ResponseCode: 429,
            CustomResponseBodyKey: 'rate-limited',
            ResponseHeaders: [{ Name: 'retry-after', Value: '60' }],
          },
        },
      },
    ]);
  });

  test('logs without tokens and queries', () => {
    const [logging] = propertiesOf('AWS::WAFv2::LoggingConfiguration', synth(edgeDomain));
    expect(logging!['RedactedFields']).toEqual([{ SingleHeader: { Name: 'authorization' } }, { QueryString: {} }]);
  });

  test('can be one of your own, and the stack then goes anywhere', () => {
    const own = synth({ ...edgeDomain, webAclArn });
    const { DistributionConfig } = propertiesOf('AWS::CloudFront::Distribution', own)[0]!;
    expect([(DistributionConfig as { WebACLId: string }).WebACLId, all('AWS::WAFv2::WebACL', own)]).toEqual([
      webAclArn,
      [],
    ]);
  });
});

describe('a wrong combination stops the synthesis with the way out', () => {
  const messageOf = (context: Record<string, string>, region?: string) => {
    try {
      readParameters(context, region);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const { certificateArn, ...withoutCertificate } = domain;
  test.each([
    [
      'a domain without a certificate',
      withoutCertificate,
      undefined,
      /^certificateArn \(not given\) is needed with domainName=mcp\.acme\.com\. Example: /,
    ],
    [
      'a certificate without a domain',
      { ...auth0, certificateArn },
      undefined,
      /^domainName \(not given\) is needed with certificateArn\. /,
    ],
    [
      'a zone without its name',
      { ...domain, hostedZoneId: 'Z1' },
      undefined,
      /^hostedZoneName \(not given\) is needed with hostedZoneId\. /,
    ],
    [
      'a zone without its id',
      { ...domain, hostedZoneName: 'acme.com' },
      undefined,
      /^hostedZoneId \(not given\) is needed with hostedZoneName\. /,
    ],
    [
      'a zone without a domain',
      { ...auth0, ...zone },
      undefined,
      /^domainName \(not given\) is needed with a hosted zone\. /,
    ],
    [
      'a domain of another zone',
      { ...domain, ...zone, hostedZoneName: 'cme.com' },
      undefined,
      /^domainName \("mcp\.acme\.com"\) is not in the zone cme\.com\. /,
    ],
    [
      'two public URLs',
      { ...domain, publicUrl: 'https://other.acme.com' },
      undefined,
      /^publicUrl \("https:\/\/other\.acme\.com"\) must follow from domainName: leave it out\. Example: -c publicUrl=https:\/\/mcp\.acme\.com$/,
    ],
    [
      'a public URL that CloudFront does not answer',
      { ...edge, publicUrl: 'https://mcp.acme.com' },
      undefined,
      /^publicUrl .* is not where CloudFront answers: give domainName and certificateArn\. /,
    ],
    [
      'a certificate of another region',
      domain,
      'eu-west-1',
      /is in eu-central-1; the API takes certificates of its own region, eu-west-1\. Example: -c certificateArn=arn:aws:acm:eu-west-1:/,
    ],
    [
      'a certificate that CloudFront does not take',
      { ...domain, cloudFront: 'true' },
      'us-east-1',
      /is in eu-central-1; CloudFront takes certificates of us-east-1\. Example: -c certificateArn=arn:aws:acm:us-east-1:/,
    ],
    [
      'a web ACL without CloudFront',
      { ...auth0, webAclArn },
      undefined,
      /^cloudFront \(false\) must be true with webAclArn: an HTTP API cannot carry a web ACL\. Example: -c cloudFront=true$/,
    ],
    [
      'CloudFront with its web ACL elsewhere',
      edge,
      'eu-central-1',
      /^cloudFront \(true\) makes a web ACL, which exists in us-east-1 only, and the stack goes to eu-central-1\. Set AWS_REGION=us-east-1, or make the web ACL there yourself and name it\. Example: -c cloudFront=true -c webAclArn=arn:aws:wafv2:us-east-1:/,
    ],
    [
      'an e-mail address and a topic',
      { ...auth0, alarmEmail: 'a@b.example', alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:oncall' },
      undefined,
      /^alarmEmail \("a@b\.example"\) and alarmTopicArn exclude each other: /,
    ],
  ])('%s', (_name, context, region, message) => {
    expect(messageOf(context, region)).toMatch(message);
  });

  test.each([
    ['the stack’s own region', domain, 'eu-central-1'],
    ['CloudFront in us-east-1', edgeDomain, 'us-east-1'],
    ['CloudFront elsewhere with an own web ACL', { ...edgeDomain, webAclArn }, 'eu-central-1'],
    ['the same public URL said twice', { ...domain, publicUrl: 'https://mcp.acme.com' }, undefined],
  ])('%s is accepted', (_name, context, region) => {
    expect(messageOf(context, region)).toBe('accepted');
  });
});
