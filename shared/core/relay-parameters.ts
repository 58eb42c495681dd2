import { z } from 'zod';
import { readJson } from './json-value.ts';
import { flag, type Parameter, parameter, secretArn, text } from './parameter-types.ts';
import { redirectUriProblem } from './redirect-uri.ts';

const CLIENTS_FORM = 'must be a JSON array of { client_id, client_name, redirect_uris }';

const redirectUri = z
  .string()
  .max(512, 'must have at most 512 characters')
  .superRefine((value, { addIssue }) => {
    const problem = redirectUriProblem(value);
    if (problem !== undefined) addIssue({ code: 'custom', message: problem, input: value });
  });

const relayClient = z.strictObject(
  {
    // Names that the relay itself gives out begin with `dcr1.`.
    client_id: text(
      /^(?!dcr\d*\.)[\x21\x23-\x5b\x5d-\x7e]{1,512}$/,
      'must be a client id, and none as registration makes them',
    ),
    // It is shown to people: no line breaks, nothing that turns the direction of the text around it.
    client_name: text(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u, 'must be 1 to 100 characters that can be shown'),
    redirect_uris: z
      .array(redirectUri, 'must be a list of URLs')
      .min(1, 'must have one')
      .max(10, 'must be ten at most'),
  },
  CLIENTS_FORM,
);

const relayClients = z
  .preprocess(
    readJson,
    z
      .array(relayClient, CLIENTS_FORM)
      .refine(
        (all) => new Set(all.map(({ client_id }) => client_id)).size === all.length,
        'must name each client once',
      ),
  )
  .optional();

/** For authorizationServer=relay: the gateway signs users in at the provider as one client of its own. */
export const RELAY_PARAMETERS = {
  upstreamClientId: parameter(
    text(/^[^\s,"\\]{1,256}$/, 'must be one client id').optional(),
    'relay: the client that the gateway is at the identity provider, with the redirect URL `/oauth/callback` of the public URL. Its tokens are always accepted, and without allowedClientIds only they are.',
    'gatehouse',
    'with a created Cognito pool its own client',
  ),
  upstreamClientSecretArn: parameter(
    secretArn,
    'Its client secret, as the whole text of a secret in Secrets Manager.',
    'arn:aws:secretsmanager:eu-central-1:123456789012:secret:gatehouse/upstream-a1B2c3',
    'with a created Cognito pool made by the stack',
  ),
  upstreamClientAuth: parameter(
    z.enum(['client_secret_basic', 'client_secret_post']).optional(),
    'How the secret is sent to the token endpoint.',
    'client_secret_post',
    'client_secret_basic',
  ),
  relayRegistration: parameter(
    flag.optional(),
    'relay: let clients register themselves (RFC 7591) that publish no metadata, with redirect URIs on loopback or of clients that are known here. Nothing is stored.',
    'true',
    'false',
  ),
  relayStrict: parameter(
    flag.optional(),
    'relay: codes and sign-ins work once, by a mark in the state table: one write more for each.',
    'true',
    'false',
  ),
  relayReauth: parameter(
    flag.optional(),
    'relay: ask the provider for a new login each time (`prompt=login`), not for the one that its session remembers.',
    'true',
    'false',
  ),
  relayClients: parameter(
    relayClients,
    'relay: clients beside those that are built in: a JSON array of { client_id, client_name, redirect_uris }. Redirect URIs are https, or http to a loopback address (any port), or of a known private scheme.',
    '[{"client_id":"acme-agent","client_name":"Acme Agent","redirect_uris":["https://agent.acme.com/callback"]}]',
    'none',
  ),
} as const satisfies Record<string, Parameter<unknown>>;
