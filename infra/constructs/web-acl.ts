import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as waf from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

export interface WebAclProps {
  /** Requests from one address in five minutes. */
  readonly rateLimit: number;
  readonly logRetention: logs.RetentionDays;
  /** People sign in through the gateway: redirect URIs and sealed values are in queries. */
  readonly takesSignIns: boolean;
}

/**
 * Rules of Amazon's groups that only count. Some hosted clients send no User-Agent or that of an HTTP library, and a
 * blocked one shows as a broken sign-in. Arguments of tools are free text: code and paths in them are no attack.
 */
const COUNTED = {
  AWSManagedRulesCommonRuleSet: [
    'NoUserAgent_HEADER',
    'UserAgent_BadBots_HEADER',
    'SizeRestrictions_BODY',
    'EC2MetaDataSSRF_BODY',
    'GenericLFI_BODY',
    'GenericRFI_BODY',
    'CrossSiteScripting_BODY',
  ],
  AWSManagedRulesKnownBadInputsRuleSet: ['JavaDeserializationRCE_BODY', 'Log4JRCE_BODY', 'ReactJSRCE_BODY'],
  AWSManagedRulesAmazonIpReputationList: [],
} as const;

/** Of a sign-in: a query longer than 2 KB, and `redirect_uri=http://127.0.0.1…`, which looks like a file to include. */
const COUNTED_OF_SIGN_INS = [
  'SizeRestrictions_QUERYSTRING',
  'EC2MetaDataSSRF_QUERYARGUMENTS',
  'GenericRFI_QUERYARGUMENTS',
] as const;

const LIMITED = 'rate-limited';

/** What CloudFront asks before it passes a request on. Bot control and lists of hosting networks are left out: the
 * hosted clients are bots in hosting networks. */
export class WebAcl extends Construct {
  readonly arn: string;
  readonly name: string;

  constructor(scope: Construct, id: string, { rateLimit, logRetention, takesSignIns }: WebAclProps) {
    super(scope, id);
    this.name = `${Stack.of(this).stackName}-edge`;
    const common = [...COUNTED.AWSManagedRulesCommonRuleSet, ...(takesSignIns ? COUNTED_OF_SIGN_INS : [])];
    const all = { ...COUNTED, AWSManagedRulesCommonRuleSet: common };
    const groups = Object.entries(all).map(([name, counted], at) => managed(name, counted, at + 1));
    const acl = new waf.CfnWebACL(this, 'Acl', {
      name: this.name,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      rules: [perAddress(rateLimit), ...groups],
      customResponseBodies: {
        [LIMITED]: { contentType: 'APPLICATION_JSON', content: '{"ok":false,"error":{"code":"RATE_LIMITED"}}' },
      },
      visibilityConfig: visible(this.name),
    });
    this.arn = acl.attrArn;
    this.keepLog(acl, logRetention);
  }

  /** Only what was blocked or counted, without tokens: for the question why a client cannot get in. */
  private keepLog(acl: waf.CfnWebACL, retention: logs.RetentionDays): void {
    const group = new logs.LogGroup(this, 'Log', {
      // WAF writes to names with this beginning only.
      logGroupName: `aws-waf-logs-${this.name}`,
      retention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { partition, region, account } = Stack.of(this);
    const Conditions = ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({ ActionCondition: { Action } }));
    const logging = new waf.CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [`arn:${partition}:logs:${region}:${account}:log-group:aws-waf-logs-${this.name}`],
      redactedFields: [
        { singleHeader: { Name: 'authorization' } },
        { singleHeader: { Name: 'cookie' } },
        { queryString: {} },
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions }],
      },
    });
    logging.node.addDependency(group);
  }
}

/** 429 and not WAF's own 403, which clients read as a refusal for good. */
function perAddress(limit: number): waf.CfnWebACL.RuleProperty {
  return {
    name: 'rate-per-address',
    priority: 0,
    statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: 300 } },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: LIMITED,
          responseHeaders: [{ name: 'retry-after', value: '60' }],
        },
      },
    },
    visibilityConfig: visible('rate-per-address'),
  };
}

function managed(name: string, counted: readonly string[], priority: number): waf.CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        // WAF takes no empty list.
        ...(counted.length === 0
          ? {}
          : { ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })) }),
      },
    },
    overrideAction: { none: {} },
    visibilityConfig: visible(name),
  };
}

function visible(metricName: string): waf.CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}
