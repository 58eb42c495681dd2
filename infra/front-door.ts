import { Aws, type Stack } from 'aws-cdk-lib';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties, CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { Parameters } from '../shared/core/parameters.ts';
import { Edge } from './constructs/edge.ts';
import { type Domain, HttpApi } from './constructs/http-api.ts';
import { WebAcl } from './constructs/web-acl.ts';

/** How clients reach the functions: the API, a domain of its own, CloudFront. */
export interface FrontDoor {
  readonly api: HttpApi;
  readonly edge: Edge | undefined;
  /** The one that the stack made. */
  readonly webAcl: WebAcl | undefined;
  readonly publicUrl: string;
  readonly outputs: Readonly<Record<string, string>>;
}

export function createFrontDoor(stack: Stack, parameters: Parameters): FrontDoor {
  const { cloudFront, logRetentionDays: logRetention, throttleRate, throttleBurst } = parameters;
  const domain = domainOf(parameters);
  const api = new HttpApi(stack, 'Http', {
    name: parameters.stackName,
    domain: cloudFront ? undefined : domain,
    logRetention,
    throttle: { rateLimit: throttleRate, burstLimit: throttleBurst },
  });
  const webAcl =
    cloudFront && parameters.webAclArn === undefined
      ? new WebAcl(stack, 'WebAcl', {
          rateLimit: parameters.wafRateLimit,
          logRetention,
          takesSignIns: parameters.authorizationServer === 'relay',
        })
      : undefined;
  const webAclArn = parameters.webAclArn ?? webAcl?.arn;
  const edge = webAclArn === undefined ? undefined : createEdge(stack, { parameters, api, domain, webAclArn });
  const host = domain?.name ?? edge?.distribution.distributionDomainName;
  const publicUrl = host === undefined ? (parameters.publicUrl ?? api.endpoint) : `https://${host}`;
  return { api, edge, webAcl, publicUrl, outputs: domain ? name(stack, parameters, { api, edge, domain }) : {} };
}

interface EdgeParts {
  readonly parameters: Parameters;
  readonly api: HttpApi;
  readonly domain: Domain | undefined;
  readonly webAclArn: string;
}

function createEdge(stack: Stack, { parameters, api, domain, webAclArn }: EdgeParts): Edge {
  return new Edge(stack, 'Edge', {
    originHost: `${api.id}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`,
    domain,
    webAclArn,
    secretGeneration: parameters.edgeSecretGeneration,
  });
}

function domainOf({ domainName: name, certificateArn }: Parameters): Domain | undefined {
  return name === undefined || certificateArn === undefined ? undefined : { name, certificateArn };
}

/** Makes the DNS records, or says which one to make. A and not only AAAA: some hosted clients speak IPv4 alone. */
function name(
  stack: Stack,
  { hostedZoneId, hostedZoneName }: Parameters,
  { api, edge, domain }: Pick<FrontDoor, 'api' | 'edge'> & { readonly domain: Domain },
): Readonly<Record<string, string>> {
  const host = edge?.distribution.distributionDomainName ?? api.domain?.regionalDomainName ?? '';
  if (hostedZoneId === undefined || hostedZoneName === undefined) return { DnsRecord: `${domain.name} CNAME ${host}` };
  const zone = route53.HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId, zoneName: hostedZoneName });
  const alias = edge
    ? new CloudFrontTarget(edge.distribution)
    : new ApiGatewayv2DomainProperties(host, api.domain?.regionalHostedZoneId ?? '');
  const target = route53.RecordTarget.fromAlias(alias);
  new route53.ARecord(stack, 'Ipv4Record', { zone, recordName: domain.name, target });
  if (edge) new route53.AaaaRecord(stack, 'Ipv6Record', { zone, recordName: domain.name, target });
  return {};
}
