import { describe, expect, test } from '@jest/globals';
import { type Resource, synthGateway } from '../../infra/synth.ts';

const certificate = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f`;
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const edge = { ...auth0, cloudFront: 'true' };
const edgeDomain = { ...edge, domainName: 'mcp.acme.com', certificateArn: certificate('us-east-1') };
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/acme/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f';

const synth = (context: Record<string, string>) => synthGateway({ context, bundling: false }).template;
type Template = ReturnType<typeof synth>;
const all = (type: string, { Resources }: Template): readonly Resource[] =>
  Object.values(Resources).filter(({ Type }) => Type === type);
const propertiesOf = (type: string, template: Template) => all(type, template).map(({ Properties = {} }) => Properties);

const relay = {
  authorizationServer: 'relay',
  upstreamClientId: 'gatehouse',
  upstreamClientSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:upstream-a1B2c3',
};
type Rules = ReadonlyArray<Record<string, object>>;
const rulesOf = (template: Template) => propertiesOf('AWS::WAFv2::WebACL', template)[0]!['Rules'] as Rules;

function groupsOf(rules: Rules) {
  return rules.flatMap(({ Statement }) => {
    const group = (
      Statement as {
        ManagedRuleGroupStatement?: {
          Name: string;
          RuleActionOverrides?: Array<{ Name: string; ActionToUse: object }>;
        };
      }
    ).ManagedRuleGroupStatement;
    return group === undefined ? [] : [group];
  });
}

describe('the web ACL', () => {
  const [acl] = propertiesOf('AWS::WAFv2::WebACL', synth(edgeDomain));
  const rules = rulesOf(synth(edgeDomain));
  const groups = groupsOf(rules);

  test('has no bot control and no list of hosting networks, where the hosted clients live', () => {
    expect([acl!['Scope'], groups.map(({ Name }) => Name)]).toEqual([
      'CLOUDFRONT',
      ['AWSManagedRulesCommonRuleSet', 'AWSManagedRulesKnownBadInputsRuleSet', 'AWSManagedRulesAmazonIpReputationList'],
    ]);
  });

  test('only counts a missing or odd User-Agent, and whatever a body says', () => {
    expect(
      groups.map(({ RuleActionOverrides }) => RuleActionOverrides?.map(({ Name, ActionToUse }) => [Name, ActionToUse])),
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
      // WAF takes no empty list.
      undefined,
    ]);
  });

  test('only counts queries of a sign-in with the relay: they are long, and name redirect URIs on loopback', () => {
    const [common] = groupsOf(rulesOf(synth({ ...edgeDomain, ...relay })));
    const names = common!.RuleActionOverrides?.map(({ Name }) => Name) ?? [];
    expect(names.filter((name) => /QUERY/.test(name))).toEqual([
      'SizeRestrictions_QUERYSTRING',
      'EC2MetaDataSSRF_QUERYARGUMENTS',
      'GenericRFI_QUERYARGUMENTS',
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
    expect(logging!['RedactedFields']).toEqual([
      { SingleHeader: { Name: 'authorization' } },
      { SingleHeader: { Name: 'cookie' } },
      { QueryString: {} },
    ]);
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
