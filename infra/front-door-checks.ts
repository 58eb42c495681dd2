import type { Parameters } from '../shared/core/parameters.ts';
import { type Problem, wrong } from './problem.ts';

/** CloudFront takes certificates and web ACLs from this region only. */
export const EDGE_REGION = 'us-east-1';

/** A web ACL of scope CLOUDFRONT can only be created in us-east-1, and a stack has one region. */
export function mustBeInEdgeRegion({ cloudFront, webAclArn }: Parameters): boolean {
  return cloudFront && webAclArn === undefined;
}

/** Domain, certificate, DNS and CloudFront: wrong combinations. */
export function checkFrontDoor(parameters: Parameters, region: string | undefined): Problem[] {
  return [
    ...checkDomain(parameters),
    ...checkZone(parameters),
    ...checkPublicUrl(parameters),
    ...checkCertificate(parameters, region),
    ...checkEdge(parameters, region),
  ];
}

function checkDomain({ domainName, certificateArn }: Parameters): Problem[] {
  if (domainName !== undefined && certificateArn === undefined) {
    return [wrong('certificateArn', undefined, `is needed with domainName=${domainName}`)];
  }
  if (domainName === undefined && certificateArn !== undefined) {
    return [wrong('domainName', undefined, 'is needed with certificateArn')];
  }
  return [];
}

function checkZone({ domainName, hostedZoneId, hostedZoneName }: Parameters): Problem[] {
  if (hostedZoneId === undefined && hostedZoneName === undefined) return [];
  if (hostedZoneId === undefined) return [wrong('hostedZoneId', undefined, 'is needed with hostedZoneName')];
  if (hostedZoneName === undefined) return [wrong('hostedZoneName', undefined, 'is needed with hostedZoneId')];
  if (domainName === undefined) return [wrong('domainName', undefined, 'is needed with a hosted zone')];
  const inZone = domainName === hostedZoneName || domainName.endsWith(`.${hostedZoneName}`);
  return inZone ? [] : [wrong('domainName', domainName, `is not in the zone ${hostedZoneName}`)];
}

/** Two public URLs would make tokens for one of them useless. */
function checkPublicUrl({ domainName, publicUrl, cloudFront }: Parameters): Problem[] {
  if (publicUrl === undefined) return [];
  if (domainName !== undefined && publicUrl !== `https://${domainName}`) {
    return [wrong('publicUrl', publicUrl, 'must follow from domainName: leave it out', `https://${domainName}`)];
  }
  if (cloudFront && domainName === undefined) {
    return [wrong('publicUrl', publicUrl, 'is not where CloudFront answers: give domainName and certificateArn')];
  }
  return [];
}

function checkCertificate({ certificateArn, cloudFront }: Parameters, region: string | undefined): Problem[] {
  const needed = cloudFront ? EDGE_REGION : region;
  const actual = certificateArn?.split(':')[3];
  if (certificateArn === undefined || needed === undefined || actual === needed) return [];
  const why = cloudFront ? 'CloudFront takes certificates of' : 'the API takes certificates of its own region,';
  return [
    wrong('certificateArn', certificateArn, `is in ${actual}; ${why} ${needed}`, certificateIn(needed, certificateArn)),
  ];
}

function certificateIn(region: string, certificateArn: string): string {
  return certificateArn.split(':').with(3, region).join(':');
}

function checkEdge(parameters: Parameters, region: string | undefined): Problem[] {
  const { cloudFront, webAclArn } = parameters;
  if (webAclArn !== undefined && !cloudFront) {
    return [wrong('cloudFront', false, 'must be true with webAclArn: an HTTP API cannot carry a web ACL')];
  }
  if (!mustBeInEdgeRegion(parameters) || region === undefined || region === EDGE_REGION) return [];
  const problem = `makes a web ACL, which exists in ${EDGE_REGION} only, and the stack goes to ${region}. Set AWS_REGION=${EDGE_REGION}, or make the web ACL there yourself and name it`;
  const example = `true -c webAclArn=arn:aws:wafv2:${EDGE_REGION}:123456789012:global/webacl/acme/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f`;
  return [wrong('cloudFront', true, problem, example)];
}
