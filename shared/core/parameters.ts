import { z } from 'zod';
import { IDP_PRESETS } from './config.ts';

/**
 * Every context parameter (`cdk deploy -c name=value`): its schema, what it does, a correct example. Nothing else
 * configures a gateway. docs/parameters.md is generated from this table.
 */
interface Parameter<T> {
  readonly schema: z.ZodType<T>;
  readonly help: string;
  readonly example: string;
  /** As shown in the documentation, where a default exists. */
  readonly preset?: string;
}

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/;
const URL_TEXT = /^https?:\/\/[^\s"'<>\\]+$/;
const LOG_RETENTION = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 3653];

const parameter = <T>(schema: z.ZodType<T>, help: string, example: string, preset?: string): Parameter<T> => ({
  schema,
  help,
  example,
  ...(preset === undefined ? {} : { preset }),
});

/** Context values come as text from the command line and as JSON from cdk.json: both are read. */
const list = (item: z.ZodType<string>) =>
  z
    .preprocess(
      (value) =>
        typeof value === 'string'
          ? value
              .split(',')
              .map((part) => part.trim())
              .filter(Boolean)
          : value,
      z.array(item),
    )
    .optional();
const flag = z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
const whole = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.number().int().min(least).max(most),
  );
const text = (pattern: RegExp, message: string) => z.string().regex(pattern, message);
const url = text(URL_TEXT, 'must be an absolute URL');
const origin = text(ORIGIN, 'must be an origin: scheme and host in lower case, no path, no slash at the end');
const claim = text(/^[^\s]{1,128}$/, 'must be the name of one claim').optional();

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
    list(text(/^[^\s,"\\]{1,512}$/, 'must be one audience')),
    'Accepted values of `aud`, comma separated.',
    'https://mcp.acme.com/mcp',
    'the MCP URL',
  ),
  publicUrl: parameter(
    origin.optional(),
    'The origin under which clients reach the gateway. Set it when a custom domain or a CDN is in front.',
    'https://mcp.acme.com',
    'the API endpoint',
  ),
  authorizationServer: parameter(
    z.enum(['direct', 'metadata']).optional(),
    'direct: clients read the metadata of the identity provider. metadata: they read ours, over its endpoints.',
    'direct',
    'metadata for cognito and entra-v2, else direct',
  ),
  authorizationEndpoint: parameter(
    url.optional(),
    'metadata mode, where it does not follow from the issuer.',
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
    list(text(/^[^\s,]{1,256}$/, 'must be one client id')),
    'OAuth clients whose tokens are accepted, comma separated. Empty: every client of the issuer.',
    '3n4b5c6d7e,8f9g0h',
    'every client; with a created Cognito pool its own client',
  ),
  scopePrefix: parameter(
    text(/^[\x21\x23-\x5b\x5d-\x7e]{0,256}$/, 'must be printable ASCII without spaces and quotes').optional(),
    'Put before a scope of this gateway to make its name at the identity provider.',
    'api://gatehouse/',
    'the MCP URL and a slash for cognito, else none',
  ),
  algorithms: parameter(
    list(z.string()),
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
  auditRetentionDays: parameter(
    whole(1, 3650).default(400),
    'Days that the audit table keeps a record.',
    '2555',
    '400',
  ),
  stackName: parameter(
    text(/^[A-Za-z][A-Za-z0-9-]{0,100}$/, 'must be letters, digits and hyphens').default('Gatehouse'),
    'Name of the CloudFormation stack.',
    'GatehouseDev',
    'Gatehouse',
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
} as const satisfies Record<string, Parameter<unknown>>;

export type ParameterName = keyof typeof PARAMETERS;
export type Parameters = { readonly [Name in ParameterName]: z.output<(typeof PARAMETERS)[Name]['schema']> };
