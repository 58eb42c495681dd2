import type { IdpPresetName } from '../core/config.ts';
import type { Preset } from './preset.ts';
import { auth0 } from './rows/auth0.ts';
import { authkit } from './rows/authkit.ts';
import { clerk } from './rows/clerk.ts';
import { cognito } from './rows/cognito.ts';
import { descope } from './rows/descope.ts';
import { entraV2 } from './rows/entra-v2.ts';
import { keycloak } from './rows/keycloak.ts';
import { oidc } from './rows/oidc.ts';
import { okta } from './rows/okta.ts';
import { pingone } from './rows/pingone.ts';
import { stytch } from './rows/stytch.ts';

/**
 * Identity providers as rows: adding one is a file in rows/ and a token fixture in the tests. Facts about each come from
 * the vendor's documentation; docs/swap-the-idp.md has the console steps.
 */
export const PRESETS: Readonly<Record<IdpPresetName, Preset>> = {
  cognito,
  auth0,
  okta,
  'entra-v2': entraV2,
  keycloak,
  authkit,
  stytch,
  clerk,
  descope,
  pingone,
  oidc,
};
