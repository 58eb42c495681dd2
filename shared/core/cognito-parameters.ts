import { z } from 'zod';
import { host, list, type Parameter, parameter, secretArn, text, url } from './parameter-types.ts';

/** A group of the user pool, and the logical scopes that its members may have. */
export interface GroupScopes {
  readonly group: string;
  readonly scopes: readonly string[];
}

const GROUPS_FORM = 'must be group:scope+scope, comma separated, or in cdk.json an object of lists';

const groupScopesSchema = z
  .preprocess(
    toEntries,
    z
      .array(
        z.object(
          {
            group: text(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'must name groups by letters, digits, _, . and -'),
            scopes: z
              .array(text(/^[^\s"\\/]{1,128}$/, 'must name scopes of the tools'), GROUPS_FORM)
              .min(1, 'must give each group a scope'),
          },
          GROUPS_FORM,
        ),
        GROUPS_FORM,
      )
      .min(1, 'must name at least one group')
      .refine((all) => new Set(all.map(({ group }) => group)).size === all.length, 'must name each group once'),
  )
  .optional();

/** `a:x+y,b:x` from the command line; `{"a": ["x", "y"], "b": ["x"]}` from cdk.json. */
function toEntries(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
      .map((part) => {
        const [group = '', scopes = ''] = part.split(/:(.*)/s, 2);
        return { group, scopes: scopes.split('+').filter(Boolean) };
      });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).map(([group, scopes]) => ({ group, scopes }));
}

const providerName = text(
  /^[A-Za-z][A-Za-z0-9-]{2,31}$/,
  'must be 3 to 32 letters, digits and hyphens, a letter first',
).optional();
const clientId = text(/^[^\s,"\\]{1,256}$/, 'must be one client id').optional();
const EXAMPLE_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:gatehouse';

/** For idp=cognito: the user pool that the stack makes, or in which it makes its app client (docs/cognito.md). */
export const COGNITO_PARAMETERS = {
  userPoolId: parameter(
    text(/^[a-z]{2}(?:-[a-z]+)+-\d_[A-Za-z0-9]{1,55}$/, 'must be the id of a user pool').optional(),
    'cognito: an existing user pool, in which the stack makes its resource server and app client.',
    'eu-central-1_Ab12Cd34',
    'a new pool',
  ),
  loginDomain: parameter(
    host,
    'With userPoolId: the login page that this pool has. Give loginDomainPrefix instead to let the stack make one.',
    'acme.auth.eu-central-1.amazoncognito.com',
  ),
  userPoolPlan: parameter(
    z.enum(['lite', 'essentials', 'plus']).optional(),
    'Feature plan of the created pool. lite is refused: it cannot bind `aud`.',
    'plus',
    'essentials',
  ),
  mfa: parameter(
    z.enum(['off', 'optional', 'required']).optional(),
    'Second factor of the created pool: a time-based code of an authenticator app.',
    'required',
    'optional',
  ),
  groupScopes: parameter(
    groupScopesSchema,
    'Groups of the created pool and the scopes that each may have, `group:scope+scope`, comma separated; in `cdk.json` an object of lists. Who is in none of them gets no scope.',
    'readers:starter.whoami,writers:starter.whoami+starter.echo',
    'every user may have every scope',
  ),
  signInProviders: parameter(
    list(text(/^[A-Za-z][A-Za-z0-9-]{2,31}$/, 'must be names of identity providers of the pool')),
    'What the login page offers, comma separated; COGNITO is the users of the pool itself.',
    'COGNITO,Google',
    'COGNITO and those made by the parameters below',
  ),
  googleClientId: parameter(clientId, 'Sign in with Google: the OAuth client of yours.', '1234.apps.example.com'),
  googleClientSecretArn: parameter(
    secretArn,
    'Its client secret, as the whole text of a secret in Secrets Manager.',
    `${EXAMPLE_ARN}/google-a1B2c3`,
  ),
  federatedOidcIssuer: parameter(url.optional(), 'Sign in with another OpenID provider.', 'https://login.acme.com'),
  federatedOidcClientId: parameter(clientId, 'The client of the user pool there.', 'gatehouse'),
  federatedOidcClientSecretArn: parameter(
    secretArn,
    'Its client secret, as the whole text of a secret in Secrets Manager.',
    `${EXAMPLE_ARN}/oidc-a1B2c3`,
  ),
  federatedOidcName: parameter(providerName, 'Its name, as the login page shows it.', 'Acme', 'Oidc'),
  federatedSamlMetadataUrl: parameter(
    url.optional(),
    'Sign in with a SAML provider: where its metadata is.',
    'https://login.acme.com/saml/metadata',
  ),
  federatedSamlName: parameter(providerName, 'Its name, as the login page shows it.', 'Acme', 'Saml'),
} as const satisfies Record<string, Parameter<unknown>>;
