import { hash } from 'node:crypto';
import { readJsonPart } from '../auth/strict-json.ts';
import type { IdpConfig } from '../core/config.ts';
import { own } from '../core/json-object.ts';
import { PRESETS } from '../idp/presets.ts';

export interface TokenTrace {
  readonly subject?: string;
  readonly tokenId?: string | undefined;
}

/**
 * What ties an access token to the trail without showing it: `tokenId` is what audit records have of the same token, so
 * that they lead to the client behind the one that the gateway is at the provider. Not verified: the token has just come
 * from the provider itself. Empty for a token that is no JWT.
 */
export function describeToken(token: string, { preset, issuer, claims }: IdpConfig): TokenTrace {
  try {
    const payload = readJsonPart(token.split('.')[1] ?? '');
    const names = claims?.subject === undefined ? PRESETS[preset].subjectClaims : [claims.subject];
    const subject = names.map((name) => String(own(payload, name))).join('/');
    const tokenId = own(payload, 'jti');
    return {
      subject: digest(`${issuer}\0${subject}`),
      tokenId: typeof tokenId === 'string' ? digest(tokenId) : undefined,
    };
  } catch {
    return {};
  }
}

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
