import type { Persona, ResourceMetadataPlace } from '../persona.ts';
import type { Challenge } from './challenge.ts';
import { stop } from './stopped.ts';
import { type Answer, listOf, textOf, type Wire } from './wire.ts';

export interface Discovered {
  readonly resource: string | undefined;
  readonly resourceScopes: readonly string[];
  readonly server: Server;
}

/** What a client reads of RFC 8414 metadata. */
export interface Server {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  readonly registration: string | undefined;
  readonly revocation: string | undefined;
  readonly scopes: readonly string[];
  readonly takesDocuments: boolean;
  readonly takesPublicClients: boolean;
  readonly announcesIss: boolean;
}

interface ResourceDocument {
  readonly resource: string;
  readonly servers: readonly string[];
  readonly scopes: readonly string[];
}

/**
 * From a 401 to the endpoints, as the client does it.
 *
 * @throws Stopped where the client refuses what it finds
 */
export async function discover(
  wire: Wire,
  persona: Persona,
  url: string,
  challenge: Challenge | undefined,
): Promise<Discovered> {
  const document = await findResource(wire, persona, url, challenge);
  const location = document?.servers[0] ?? new URL(url).origin;
  const server = await findServer(wire, persona, location);
  return { resource: document?.resource, resourceScopes: document?.scopes ?? [], server };
}

async function findResource(
  wire: Wire,
  { discovery: { value: rule } }: Persona,
  url: string,
  challenge: Challenge | undefined,
): Promise<ResourceDocument | undefined> {
  for (const place of rule.resourceMetadata) {
    const at = placeOf(place, url, challenge);
    if (at === undefined) continue;
    const { status, json } = await wire.get(at, versionHeader(rule.version));
    const resource = textOf(json, 'resource');
    if (status !== 200 || resource === undefined) continue;
    const servers = listOf(json, 'authorization_servers') ?? [];
    const document = { resource, servers, scopes: listOf(json, 'scopes_supported') ?? [] };
    if (fits(rule.resourceMustBe, resource, url)) return document;
    if (rule.resourceMustBe === 'equal or ignored') continue;
    stop('resource metadata', 'other_resource', `the document is about ${resource}, not about ${url}`);
  }
  if (rule.withoutIt === 'own origin') return undefined;
  return stop('resource metadata', 'not_found', 'there is no protected resource metadata where the client looks');
}

/** RFC 9728 section 3.1. */
function placeOf(place: ResourceMetadataPlace, url: string, challenge: Challenge | undefined): string | undefined {
  const { origin, pathname } = new URL(url);
  if (place === 'challenge') return challenge?.resourceMetadata;
  if (place === 'path inserted') return `${origin}/.well-known/oauth-protected-resource${pathname}`;
  if (place === 'path appended') return `${origin}${pathname}/.well-known/oauth-protected-resource`;
  return `${origin}/.well-known/oauth-protected-resource`;
}

function fits(rule: Persona['discovery']['value']['resourceMustBe'], resource: string, url: string): boolean {
  if (!URL.canParse(resource)) return false;
  const [ours, typed] = [new URL(resource), new URL(url)];
  if (rule !== 'a prefix') return ours.href === typed.href;
  const path = ours.pathname.endsWith('/') ? ours.pathname : `${ours.pathname}/`;
  return ours.origin === typed.origin && `${typed.pathname}/`.startsWith(path);
}

async function findServer(wire: Wire, persona: Persona, location: string): Promise<Server> {
  for (const at of wellKnownOf(persona, location)) {
    const { status, json } = await wire.get(at, versionHeader(persona.discovery.value.version));
    if (status === 200 && json !== undefined) return readServer(persona, location, json);
  }
  return stop('server metadata', 'not_found', `${location} has no metadata where the client looks`);
}

/** RFC 8414 section 3.1, and OpenID Connect Discovery 1.0 section 4 in both forms for an issuer with a path. */
function wellKnownOf({ discovery }: Persona, location: string): readonly string[] {
  const { origin, pathname } = new URL(location);
  const path = pathname.replace(/\/$/, '');
  return discovery.value.serverMetadata.flatMap((form) => {
    if (form === 'oauth') return [`${origin}/.well-known/oauth-authorization-server${path}`];
    const inserted = `${origin}/.well-known/openid-configuration${path}`;
    return path === '' ? [inserted] : [inserted, `${origin}${path}/.well-known/openid-configuration`];
  });
}

function readServer(persona: Persona, location: string, json: NonNullable<Answer['json']>): Server {
  const [issuer, authorization, token] = ['issuer', 'authorization_endpoint', 'token_endpoint'].map((name) =>
    textOf(json, name),
  );
  if (issuer === undefined || authorization === undefined || token === undefined) {
    return stop('server metadata', 'incomplete', 'issuer or an endpoint is missing');
  }
  checkIssuer(persona, location, issuer);
  checkPkce(persona, listOf(json, 'code_challenge_methods_supported'));
  return {
    issuer,
    authorization,
    token,
    registration: textOf(json, 'registration_endpoint'),
    revocation: textOf(json, 'revocation_endpoint'),
    scopes: listOf(json, 'scopes_supported') ?? [],
    takesDocuments: json['client_id_metadata_document_supported'] === true,
    takesPublicClients: listOf(json, 'token_endpoint_auth_methods_supported')?.includes('none') ?? false,
    announcesIss: json['authorization_response_iss_parameter_supported'] === true,
  };
}

/** RFC 8414 section 3.3. */
function checkIssuer({ issuer: { value: rule } }: Persona, location: string, issuer: string): void {
  const bare = (text: string) => (rule === 'exact' ? text : text.replace(/\/$/, ''));
  if (rule === 'not looked at' || bare(issuer) === bare(location)) return;
  stop('server metadata', 'other_issuer', `the document of ${location} names the issuer ${issuer}`);
}

function checkPkce({ pkce: { value: rule } }: Persona, methods: readonly string[] | undefined): void {
  if (rule === 'not looked at' || methods?.includes('S256')) return;
  if (rule === 'if listed' && methods === undefined) return;
  stop('server metadata', 'no_s256', 'code_challenge_methods_supported does not list S256');
}

function versionHeader(version: string | undefined): Readonly<Record<string, string>> {
  return version === undefined ? {} : { 'mcp-protocol-version': version };
}
