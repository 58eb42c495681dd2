import { z } from 'zod';
import { backendsSettings } from './backend-settings.ts';

// Compiling a schema pays off after thousands of checks; a cold start has one. Nothing is ever built from text, too.
z.config({ jitless: true });

/**
 * What a deployed function knows about its gateway: the JSON in the variable GATEHOUSE_CONFIG, written by infra and
 * read once at init. The public URL is in here and nowhere else; no request header may decide it.
 */
export const IDP_PRESETS = [
  'cognito',
  'auth0',
  'okta',
  'entra-v2',
  'keycloak',
  'authkit',
  'stytch',
  'clerk',
  'descope',
  'pingone',
  'oidc',
] as const;
export type IdpPresetName = (typeof IDP_PRESETS)[number];

const url = z.string().min(1);

/** One issuer and the rules for its tokens. */
const idpSchema = z.strictObject({
  preset: z.enum(IDP_PRESETS),
  issuer: url,
  /** Accepted `aud` values; never empty. */
  audience: z.array(z.string().min(1)).min(1),
  /** Put before a logical scope to make its wire name where clients ask for it, e.g. `https://host/mcp/`. */
  scopePrefix: z.string(),
  /** Empty: every client of this issuer. */
  allowedClientIds: z.array(z.string().min(1)),
  /** Narrows the preset's list of JWS algorithms. */
  algorithms: z.array(z.string()).optional(),
  /** oidc preset: whether the header's `typ` must be `at+jwt` (RFC 9068). */
  requireAtJwt: z.boolean().optional(),
  claims: z
    .strictObject({
      subject: z.string().optional(),
      scope: z.string().optional(),
      clientId: z.string().optional(),
      roles: z.string().optional(),
    })
    .optional(),
});

export type IdpConfig = z.infer<typeof idpSchema>;

/** A client that may ask the relay for codes without registering. Its names are those of RFC 7591. */
const relayClientSchema = z.strictObject({
  /** A URL for a client that publishes its metadata there, else any name. */
  client_id: z.string().min(1).max(512),
  client_name: z.string().min(1).max(100),
  /** Compared as whole strings; a loopback one (RFC 8252 section 7.3) with any port. */
  redirect_uris: z.array(url).min(1),
});

export type RelayClient = z.infer<typeof relayClientSchema>;

const relaySchema = z.strictObject({
  /** The one client that the gateway itself is at the identity provider. */
  clientId: z.string().min(1),
  clientAuth: z.enum(['client_secret_basic', 'client_secret_post']),
  /** Serves POST /oauth/register (RFC 7591); nothing is stored. */
  registration: z.boolean(),
  /** Sealed values work once, by a mark in the state table. */
  strict: z.boolean(),
  /** Asks the provider for a new login each time (`prompt=login`). */
  reauth: z.boolean(),
  /** Beside those that are built in. */
  clients: z.array(relayClientSchema),
});

export type RelayConfig = z.infer<typeof relaySchema>;

const gatewayConfigSchema = z.strictObject({
  service: z.string(),
  version: z.string(),
  environment: z.enum(['prod', 'dev']),
  /** Origin only, no trailing slash: `https://mcp.example.com`. */
  publicUrl: url,
  /** The primary one: what metadata mode fronts and what clients try first. */
  idp: idpSchema,
  /** Further issuers, each under its own rules. */
  otherIdps: z.array(idpSchema).optional(),
  authorizationServer: z.enum(['direct', 'metadata', 'relay']),
  /** relay mode: how the gateway is an authorization server of its own, with the provider behind it. */
  relay: relaySchema.optional(),
  /** The identity provider's endpoints, for metadata mode; in relay mode, where the provider's own document lacks them. */
  endpoints: z.strictObject({ authorization: url, token: url, revocation: url.optional(), jwks: url }).optional(),
  allowedOrigins: z.array(z.string()),
  debugToken: z.boolean(),
  provisioning: z.enum(['auto', 'deny']),
  openaiAppsChallenge: z.string().optional(),
  auditRetentionDays: z.number().int().positive(),
  /** Addresses of backends and what else of them differs from deployment to deployment. */
  backends: backendsSettings.optional(),
  /** Where assertions are signed; absent when no backend gets any. */
  assertionSigning: z.enum(['local', 'kms']).optional(),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;

/** Every issuer, the primary one first. */
export function idpsOf({ idp, otherIdps = [] }: Pick<GatewayConfig, 'idp' | 'otherIdps'>): readonly IdpConfig[] {
  return [idp, ...otherIdps];
}

/** The issuer of this name, else the primary one. */
export function idpNamed(config: Pick<GatewayConfig, 'idp' | 'otherIdps'>, issuer: string | undefined): IdpConfig {
  return config.otherIdps?.find((idp) => idp.issuer === issuer) ?? config.idp;
}

/** The canonical resource R (RFC 8707, RFC 9728): what a user pastes, what `aud` names. */
export function resourceUrl(config: Pick<GatewayConfig, 'publicUrl'>): string {
  return `${config.publicUrl}/mcp`;
}

/** RFC 9728 section 3.1: the metadata URL of R, path-inserted. */
export function resourceMetadataUrl(config: Pick<GatewayConfig, 'publicUrl'>): string {
  return `${config.publicUrl}/.well-known/oauth-protected-resource/mcp`;
}

/** relay mode: the one redirect URI that the gateway has at the identity provider. */
export function relayCallbackUrl(config: Pick<GatewayConfig, 'publicUrl'>): string {
  return `${config.publicUrl}/oauth/callback`;
}

export interface FunctionEnvironment {
  readonly GATEHOUSE_CONFIG?: string | undefined;
  readonly IDENTITIES_TABLE?: string | undefined;
  readonly AUDIT_TABLE?: string | undefined;
  readonly STATE_TABLE?: string | undefined;
  /** `true`: the audit table has an index by tool. */
  readonly AUDIT_TOOL_INDEX?: string | undefined;
  /** Set by Lambda. */
  readonly AWS_REGION?: string | undefined;
  /** Id of the KMS key behind assertions; absent when no backend gets any. */
  readonly ASSERTION_KEY?: string | undefined;
  /** relay mode: the secret (Secrets Manager) that sealed values are made with. */
  readonly RELAY_KEYS_ARN?: string | undefined;
  /** relay mode: the secret of the gateway's client at the identity provider. */
  readonly UPSTREAM_SECRET_ARN?: string | undefined;
  /** Behind CloudFront: what its requests carry, comma separated (docs/adr/0010). */
  readonly EDGE_SECRETS?: string | undefined;
}

/** Throws at init when the deployment is broken: a function without a valid configuration must not answer. */
export function readConfig(env: FunctionEnvironment): GatewayConfig {
  if (!env.GATEHOUSE_CONFIG)
    throw new Error('GATEHOUSE_CONFIG is not set. Deploy with `cdk deploy` or run `npm run dev`.');
  return gatewayConfigSchema.parse(JSON.parse(env.GATEHOUSE_CONFIG));
}
