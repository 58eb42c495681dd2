import { createVerifier } from '../../shared/auth/verifier.ts';
import type { IdpConfig, IdpPresetName } from '../../shared/core/config.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import type { Principal, RawToken } from '../../shared/core/principal.ts';
import { PRESETS } from '../../shared/idp/presets.ts';
import { NOW, testConfig } from './config.ts';
import type { TokenShape } from './idp-fixture.ts';
import { FIXTURES } from './idp-fixtures.ts';
import { createIssuer } from './issuer.ts';
import { captureLog } from './log.ts';

export const SECONDS = NOW / 1000;
export const times = { iat: SECONDS - 10, exp: SECONDS + 600 };

/** A gateway's verifier for one provider, and tokens that its issuer signed. */
export function verifierFor(preset: IdpPresetName, more: Partial<IdpConfig> = {}) {
  const issuer = createIssuer(PRESETS[preset].issuerExample);
  const config = testConfig({ idp: { preset, issuer: issuer.issuer, ...FIXTURES[preset].idp, ...more } });
  const ports = { getJson: issuer.getJson, clock: () => NOW, log: captureLog().log };
  const verifier = createVerifier(config, ports);
  const verify = async (claims: object, header: TokenShape['header'] = {}) => {
    const token = await issuer.sign({ iss: issuer.issuer, ...times, ...claims }, header);
    return verifier.verify(token as RawToken);
  };
  return { issuer: issuer.issuer, verify };
}

/** The check that refused it, or the principal. */
export async function outcome(promise: Promise<Principal>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof GatewayError ? error.reason : error;
  }
}
