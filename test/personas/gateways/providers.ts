import type { RequestListener } from 'node:http';
import { createIdp, type IdpConfiguration, type IdpOptions } from '../../../cli/dev/idp.ts';
import type { Identity, Persona } from '../persona.ts';

type CreateIdp = typeof createIdp;

/** What an administrator registers for a client by hand: its id there. */
export function typedIdOf({ id }: Persona): string {
  return `typed-${id}`;
}

/** The port that a user fixes where a redirect URI has to be known beforehand. */
export const FIXED_PORT = 33_999;

/** The embedded provider without registration: clients are known beforehand, loopback ones with any port (RFC 8252). */
export function closedProvider(personas: readonly Persona[]): CreateIdp {
  const clients = personas.map((persona) => handMade(persona, redirectsOf(persona), typeOf(persona)));
  return (options) => create(options, (configuration) => withoutRegistration(configuration, clients));
}

/**
 * What can be seen of Amazon Cognito from outside: clients known beforehand, redirect URIs compared with their port, and
 * tokens for our resource only where it was asked for. That answers carry no `iss` is the mode's own doing.
 */
export function cognitoLikeProvider(personas: readonly Persona[], port: number | undefined): CreateIdp {
  const clients = personas.map((persona) => {
    const uris = redirectsOf(persona).map((uri) => (port === undefined ? uri : withPort(uri, persona, port)));
    // `web` is what oidc-provider calls a client whose redirect URIs are compared as a whole.
    return handMade(persona, uris, 'web');
  });
  return (options) =>
    create(options, (configuration) => {
      const closed = withoutRegistration(configuration, clients);
      const resourceIndicators = { ...closed.features['resourceIndicators'], defaultResource: () => undefined };
      return { ...closed, features: { ...closed.features, resourceIndicators } };
    });
}

/** The same provider, seen directly: OpenID metadata without S256, and no word of `iss` since none is sent. */
export function bareCognitoProvider(personas: readonly Persona[], port: number | undefined): CreateIdp {
  const provider = cognitoLikeProvider(personas, port);
  return async (options) =>
    editDocuments(await provider({ ...options, sendsIssuer: false }), (document) => {
      const {
        code_challenge_methods_supported: _,
        authorization_response_iss_parameter_supported: __,
        ...rest
      } = document;
      return rest;
    });
}

/** The embedded provider with client id metadata documents in the place of registration. The documents are the personas'. */
export function documentProvider(personas: readonly Persona[]): CreateIdp {
  const documents = new Map(personas.flatMap(identitiesOf).flatMap(documentOf));
  const fetchDocument = async (url: URL | string) => {
    const document = documents.get(String(url));
    return document === undefined ? new Response('', { status: 404 }) : Response.json(document);
  };
  return (options) =>
    create(options, (configuration) => {
      const clients = personas.map((persona) => handMade(persona, redirectsOf(persona), typeOf(persona)));
      const closed = withoutRegistration(configuration, clients);
      const clientIdMetadataDocument = { enabled: true, ack: 'draft-02' };
      return { ...closed, fetch: fetchDocument, features: { ...closed.features, clientIdMetadataDocument } };
    });
}

/** Changes the well-known documents on their way out; the RFC 8414 form is not there, as with Cognito. */
function editDocuments(serve: RequestListener, edit: (document: Record<string, unknown>) => object): RequestListener {
  return (request, response) => {
    if (request.url === '/.well-known/oauth-authorization-server') return void response.writeHead(404).end();
    if (request.url === '/.well-known/openid-configuration') {
      const end = response.end.bind(response) as (body: string) => typeof response;
      response.end = (body: unknown) => {
        const edited = JSON.stringify(edit(JSON.parse(String(body))));
        response.setHeader('content-length', Buffer.byteLength(edited));
        return end(edited);
      };
    }
    serve(request, response);
  };
}

function create(options: IdpOptions, adjust: (configuration: IdpConfiguration) => object) {
  return createIdp({ ...options, adjust });
}

function withoutRegistration(configuration: IdpConfiguration, clients: readonly object[]): IdpConfiguration {
  return { ...configuration, clients, features: { ...configuration.features, registration: { enabled: false } } };
}

function handMade(persona: Persona, redirectUris: readonly string[], applicationType: 'native' | 'web'): object {
  return {
    client_id: typedIdOf(persona),
    application_type: applicationType,
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [...redirectUris],
  };
}

function identitiesOf({ registration }: Persona): readonly Identity[] {
  const { identity, withoutIss } = registration.value;
  return withoutIss === undefined ? [identity] : [identity, withoutIss];
}

/** Without a port: that is how they are written down. */
export function redirectsOf(persona: Persona): readonly string[] {
  return identitiesOf(persona).map(({ redirect }) => redirect.replace(':{port}', ''));
}

function withPort(uri: string, persona: Persona, port: number): string {
  const matching = identitiesOf(persona).find(({ redirect }) => redirect.replace(':{port}', '') === uri);
  return matching?.redirect.replace('{port}', String(port)) ?? uri;
}

function typeOf(persona: Persona): 'native' | 'web' {
  return redirectsOf(persona).some((uri) => uri.startsWith('http:')) ? 'native' : 'web';
}

function documentOf({ document, documentRedirects, documentType, redirect }: Identity) {
  if (document === undefined) return [];
  const fields = {
    client_id: document,
    client_name: 'A persona',
    redirect_uris: documentRedirects ?? [redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    ...(documentType === undefined ? {} : { application_type: documentType }),
  };
  return [[document, fields] as const];
}
