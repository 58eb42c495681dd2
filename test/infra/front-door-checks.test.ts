import { describe, expect, test } from '@jest/globals';
import { readParameters } from '../../infra/config.ts';

const certificate = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f`;
const auth0 = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' };
const domain = { ...auth0, domainName: 'mcp.acme.com', certificateArn: certificate('eu-central-1') };
const zone = { hostedZoneId: 'Z0123456789ABCDEFGHIJ', hostedZoneName: 'acme.com' };
const edge = { ...auth0, cloudFront: 'true' };
const edgeDomain = { ...edge, domainName: 'mcp.acme.com', certificateArn: certificate('us-east-1') };
const topic = (region: string) => `arn:aws:sns:${region}:123456789012:oncall`;
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/acme/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f';

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
    [
      'a topic of another region',
      { ...auth0, alarmTopicArn: topic('eu-central-1') },
      'eu-west-1',
      /^alarmTopicArn \("arn:aws:sns:eu-central-1:.*"\) is in eu-central-1; alarms tell topics of their own region, eu-west-1\. Example: -c alarmTopicArn=arn:aws:sns:eu-west-1:123456789012:oncall$/,
    ],
    [
      'a topic elsewhere with a web ACL, which puts the stack into us-east-1',
      { ...edge, alarmTopicArn: topic('eu-central-1') },
      undefined,
      /^alarmTopicArn .* is in eu-central-1; alarms tell topics of their own region, us-east-1\. /,
    ],
    [
      'a login page with a name that Cognito reserves',
      { stackName: 'Lawsuits' },
      undefined,
      /^loginDomainPrefix \(not given\) is needed with stackName=Lawsuits: Cognito takes no login page lawsuits-123456789012\. Example: -c loginDomainPrefix=acme-mcp$/,
    ],
    [
      'a login page with too long a name',
      { stackName: `A${'b'.repeat(60)}` },
      undefined,
      /^loginDomainPrefix \(not given\) is needed with stackName=Ab/,
    ],
  ])('%s', (_name, context, region, message) => {
    expect(messageOf(context, region)).toMatch(message);
  });

  test.each([
    ['the stack’s own region', domain, 'eu-central-1'],
    ['CloudFront in us-east-1', edgeDomain, 'us-east-1'],
    ['CloudFront elsewhere with an own web ACL', { ...edgeDomain, webAclArn }, 'eu-central-1'],
    ['a topic of the stack’s own region', { ...auth0, alarmTopicArn: topic('eu-central-1') }, 'eu-central-1'],
    ['a reserved name where no login page is made', { ...auth0, stackName: 'Lawsuits' }, undefined],
    ['a reserved name with another login page', { stackName: 'Lawsuits', loginDomainPrefix: 'acme' }, undefined],
    ['the same public URL said twice', { ...domain, publicUrl: 'https://mcp.acme.com' }, undefined],
  ])('%s is accepted', (_name, context, region) => {
    expect(messageOf(context, region)).toBe('accepted');
  });
});
