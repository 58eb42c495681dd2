import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { App, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { readParameters } from '../../infra/config.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';

interface Report {
  readonly pluginReports: ReadonlyArray<{
    readonly violations: ReadonlyArray<{
      readonly ruleName: string;
      readonly violatingConstructs: ReadonlyArray<{ readonly constructPath: string }>;
    }>;
  }>;
}

/** What cdk-nag finds and nobody acknowledged, as `rule path`. */
function findings(app: App): readonly string[] {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    app.synth();
  } catch {
    // It throws when there are findings, after the report is written.
  } finally {
    jest.restoreAllMocks();
  }
  const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8')) as Report;
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    ),
  );
}

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f';
const upstream = {
  upstreamClientId: 'gatehouse',
  upstreamClientSecretArn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:upstream-a1B2c3',
};
const domain = { domainName: 'mcp.acme.com', certificateArn: CERTIFICATE };

test.each([
  {},
  { environment: 'dev' },
  { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/' },
  { ...domain, alarmEmail: 'oncall@acme.com', reservedConcurrency: '50' },
  { ...domain, cloudFront: 'true' },
  { cloudFront: 'true' },
  { groupScopes: 'readers:starter.whoami', mfa: 'required', userPoolPlan: 'plus' },
  { mfa: 'off', federatedSamlMetadataUrl: 'https://login.acme.com/saml/metadata' },
  { userPoolId: 'eu-central-1_Ab12Cd34', loginDomainPrefix: 'acme' },
  { demoBackend: 'true' },
  { isolation: 'iam' },
  { authorizationServer: 'relay', relayStrict: 'true', relayRegistration: 'true' },
  { authorizationServer: 'relay', cloudFront: 'true', idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', ...upstream },
])('the packs AwsSolutions and Serverless find nothing that is not acknowledged with %j', (context) => {
  const app = new App({ analyticsReporting: false });
  new GatewayStack(app, { parameters: readParameters(context), bundling: false });
  expect(findings(app)).toEqual([]);
});

test.each([{}, { assertionSigning: 'kms' }])('nor in what assertions add with %j', (context) => {
  const app = new App({ analyticsReporting: false });
  new GatewayStack(app, { parameters: readParameters(context), bundling: false, assertions: true });
  expect(findings(app)).toEqual([]);
});

test('the check fails on a stack that has something to find', () => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'Bad');
  new iam.ManagedPolicy(stack, 'Everything', {
    statements: [new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })],
  });
  expect(findings(app)).toEqual([
    'AwsSolutions-IAM5[Action::*] Bad/Everything/Resource',
    'AwsSolutions-IAM5[Resource::*] Bad/Everything/Resource',
  ]);
});
