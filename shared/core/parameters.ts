import { z } from 'zod';
import { AUDIT_PARAMETERS } from './audit-parameters.ts';
import { BACKEND_PARAMETERS } from './backend-parameters.ts';
import { COGNITO_PARAMETERS } from './cognito-parameters.ts';
import { IDP_PRESETS } from './config.ts';
import { issuerEntries } from './issuer-entries.ts';
import {
  algorithmNames,
  arn,
  audiences,
  claim,
  clientIds,
  flag,
  host,
  list,
  origin,
  type Parameter,
  parameter,
  scopePrefix,
  text,
  url,
  whole,
} from './parameter-types.ts';
import { RELAY_PARAMETERS } from './relay-parameters.ts';

const LOG_RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653];

/**
 * Every context parameter (`cdk deploy -c name=value`): its schema, what it does, a correct example. Nothing else
 * configures a gateway. docs/parameters.md is generated from this table.
 */
export const PARAMETERS = {
  environment: parameter(
    z.enum(['prod', 'dev']).default('prod'),
    'prod keeps and protects the tables; dev deletes them with the stack and turns on /debug-token.',
    'dev',
    'prod',
  ),
  idp: parameter(
    z.enum(IDP_PRESETS).default('cognito'),
    'Preset of the identity provider. cognito without an issuer creates a user pool.',
    'auth0',
    'cognito',
  ),
  issuer: parameter(url.optional(), 'The issuer, byte for byte as in the tokens.', 'https://acme.eu.auth0.com/'),
  audience: parameter(
    audiences,
    'Accepted values of `aud`, comma separated.',
    'https://mcp.acme.com/mcp',
    'the MCP URL',
  ),
  issuers: parameter(
    issuerEntries,
    'Further issuers beside the primary one (idp, issuer), each under its own rules: a JSON array of { idp, issuer } and, where needed, audience, allowedClientIds, scopePrefix, algorithms, requireAtJwt, claims.',
    '[{"idp":"okta","issuer":"https://acme.okta.com/oauth2/aus1a2b3c4"}]',
    'none',
  ),
  publicUrl: parameter(
    origin.optional(),
    'The origin under which clients reach the gateway. Set it when a custom domain or a CDN is in front.',
    'https://mcp.acme.com',
    'the API endpoint',
  ),
  authorizationServer: parameter(
    z.enum(['direct', 'metadata', 'relay']).optional(),
    'direct: clients read the metadata of the identity provider. metadata: they read ours, over its endpoints. relay: they sign in at the gateway, which is one client of the provider.',
    'direct',
    'metadata for cognito and entra-v2, else direct',
  ),
  authorizationEndpoint: parameter(
    url.optional(),
    'metadata mode, where it does not follow from the issuer; relay mode, where it is not in the document of the provider.',
    'https://login.acme.com/oauth2/authorize',
  ),
  tokenEndpoint: parameter(url.optional(), 'As above.', 'https://login.acme.com/oauth2/token'),
  revocationEndpoint: parameter(url.optional(), 'As above; may be left out.', 'https://login.acme.com/oauth2/revoke'),
  jwksEndpoint: parameter(url.optional(), 'As above.', 'https://login.acme.com/.well-known/jwks.json'),
  allowedOrigins: parameter(
    list(origin),
    'Web origins whose pages may call /mcp and /tools.',
    'https://mcp.acme.com,https://chatgpt.com',
    'own origin, https://chatgpt.com, https://claude.ai; dev also the MCP Inspector',
  ),
  callbackUrls: parameter(
    list(url),
    'Redirect URLs of the Cognito app client, in addition to those of Claude and ChatGPT.',
    'https://chatgpt.com/connector/oauth/abc123',
  ),
  allowedClientIds: parameter(
    clientIds,
    'OAuth clients whose tokens are accepted, comma separated. Empty: every client of the issuer.',
    '3n4b5c6d7e,8f9g0h',
    'every client; with a created Cognito pool its own client',
  ),
  scopePrefix: parameter(
    scopePrefix,
    'Put before a scope of this gateway to make its name at the identity provider.',
    'api://gatehouse/',
    'the MCP URL and a slash for cognito, else none',
  ),
  algorithms: parameter(
    algorithmNames,
    'Narrows the JWS algorithms that the preset accepts, comma separated.',
    'RS256',
    'the list of the preset',
  ),
  requireAtJwt: parameter(
    flag.optional(),
    'oidc: accept only tokens whose `typ` is at+jwt (RFC 9068).',
    'true',
    'false',
  ),
  subjectClaim: parameter(claim, 'oidc: the claim with the stable user id.', 'employee_id', 'sub'),
  scopeClaim: parameter(claim, 'oidc: the claim with the granted scopes.', 'permissions', 'scope or scp'),
  clientIdClaim: parameter(claim, 'oidc: the claim with the OAuth client.', 'azp', 'client_id or azp'),
  rolesClaim: parameter(claim, 'oidc: the claim with role names; a dot leads into an object.', 'groups', 'roles'),
  provisioning: parameter(
    z.enum(['auto', 'deny']).default('auto'),
    'auto creates a user on the first call; deny admits only users that exist.',
    'deny',
    'auto',
  ),
  assertionSigning: parameter(
    z.enum(['local', 'kms']).default('local'),
    'Where what backends are told is signed. local: in the function, by keys that KMS seals and that change every 30 days. kms: each one in KMS, by a key that never leaves it and does not change; slower and more expensive.',
    'kms',
    'local',
  ),
  debugToken: parameter(flag.optional(), 'Serve GET /debug-token.', 'true', 'true in dev, false in prod'),
  openaiAppsChallenge: parameter(
    text(/^[\x21-\x7e]{1,512}$/, 'must be printable ASCII without spaces').optional(),
    'The token that OpenAI asks for to verify the domain.',
    'a1b2c3d4',
  ),
  reservedConcurrency: parameter(
    whole(1, 10_000).optional(),
    'Most copies of the mcp function that run at once.',
    '50',
    'none reserved',
  ),
  throttleRate: parameter(whole(1, 100_000).default(50), 'Requests a second over all routes.', '200', '50'),
  throttleBurst: parameter(whole(1, 100_000).default(100), 'Requests at once above that rate.', '400', '100'),
  logRetentionDays: parameter(
    whole(1, 3653)
      .refine((days) => LOG_RETENTION.includes(days), `must be one of ${LOG_RETENTION.join(', ')}`)
      .default(30),
    'Days that CloudWatch keeps the logs.',
    '90',
    '30',
  ),
  stackName: parameter(
    text(/^[A-Za-z][A-Za-z0-9-]{0,100}$/, 'must be letters, digits and hyphens').default('Gatehouse'),
    'Name of the CloudFormation stack.',
    'GatehouseDev',
    'Gatehouse',
  ),
  domainName: parameter(
    host,
    'Custom domain of the gateway. The public URL follows from it, and the default endpoint is turned off.',
    'mcp.acme.com',
  ),
  certificateArn: parameter(
    arn(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}$/, 'a certificate in ACM'),
    'Certificate for domainName: in the region of the stack, with cloudFront in us-east-1.',
    'arn:aws:acm:eu-central-1:123456789012:certificate/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f',
  ),
  hostedZoneId: parameter(
    text(/^Z[A-Z0-9]{1,31}$/, 'must be the id of a hosted zone').optional(),
    'Route 53 zone in which the stack makes the DNS records of domainName.',
    'Z0123456789ABCDEFGHIJ',
    'none: an output says which record to make',
  ),
  hostedZoneName: parameter(host, 'Name of that zone.', 'acme.com'),
  cloudFront: parameter(
    flag.default(false),
    'Put CloudFront with a web ACL (WAF) in front of the API and refuse requests that do not come through it.',
    'true',
    'false',
  ),
  webAclArn: parameter(
    arn(/^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[0-9a-f-]{36}$/, 'a web ACL of scope CLOUDFRONT'),
    'Your own web ACL for cloudFront, instead of the one that the stack makes.',
    'arn:aws:wafv2:us-east-1:123456789012:global/webacl/acme/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f',
  ),
  wafRateLimit: parameter(
    whole(10, 2_000_000_000).default(10_000),
    'Requests from one address in five minutes, then 429. All users of one hosted client share few addresses.',
    '30000',
    '10000',
  ),
  edgeSecretGeneration: parameter(
    whole(1, 1_000_000).default(1),
    'Raise it by one to rotate the secret between CloudFront and the API.',
    '2',
    '1',
  ),
  alarmEmail: parameter(
    text(/^[^\s@,]{1,64}@[^\s@,]{3,190}$/, 'must be one e-mail address').optional(),
    'Alarms are sent here, by a topic that the stack makes. The address gets a message to confirm.',
    'oncall@acme.com',
    'alarms show in CloudWatch only',
  ),
  alarmTopicArn: parameter(
    arn(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, 'an SNS topic'),
    'Or your own topic, which CloudWatch may publish to.',
    'arn:aws:sns:eu-central-1:123456789012:oncall',
  ),
  alarmLatencyMs: parameter(
    whole(1, 30_000).default(3000),
    'Milliseconds that 99 of 100 requests must stay under. Slow tools need more.',
    '10000',
    '3000',
  ),
  alarmAuthFailures: parameter(
    whole(1, 1_000_000).default(100),
    'Tokens refused in five minutes that raise an alarm; missing and expired ones are not counted.',
    '500',
    '100',
  ),
  alarmDenials: parameter(whole(1, 1_000_000).default(50), 'Denials in five minutes that raise an alarm.', '500', '50'),
  runbookUrl: parameter(
    url.optional(),
    'Where docs/operate.md can be read, for the links in alarms.',
    'https://wiki.acme.com/gatehouse/operate.md',
    'the path docs/operate.md',
  ),
  loginDomainPrefix: parameter(
    text(
      /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be 1 to 63 of a-z, 0-9 and -, without aws, amazon or cognito',
    ).optional(),
    'First label of the Cognito login page; unique in its region.',
    'acme-mcp',
    'the stack name and the account id',
  ),
  ...AUDIT_PARAMETERS,
  ...BACKEND_PARAMETERS,
  ...COGNITO_PARAMETERS,
  ...RELAY_PARAMETERS,
} as const satisfies Record<string, Parameter<unknown>>;

export type ParameterName = keyof typeof PARAMETERS;
export type Parameters = { readonly [Name in ParameterName]: z.output<(typeof PARAMETERS)[Name]['schema']> };
