import { OAuthError, type OAuthErrorName, RedirectedError } from './errors.ts';
import { withParameters } from './redirect-uri.ts';
import type { AskedFor } from './sealed-values.ts';

/** Whose redirect URI it is has to be certain, here and in everything below. */
export type Asker = Pick<AskedFor, 'ru' | 'st'>;

interface Said {
  readonly code?: string | undefined;
  readonly error?: string | undefined;
  readonly error_description?: string | undefined;
}

/** RFC 6749 section 4.1.2 and RFC 9207: what a client is told through the browser, always with our issuer. */
export function answerTo({ ru, st }: Asker, issuer: string, said: Said): string {
  return withParameters(ru, { ...said, state: st, iss: issuer });
}

/** @throws RedirectedError always */
export function refuseTo(
  asker: Asker,
  issuer: string,
  error: OAuthErrorName,
  description: string,
  options: ConstructorParameters<typeof OAuthError>[2] = {},
): never {
  const location = answerTo(asker, issuer, { error, error_description: description });
  throw new RedirectedError(location, error, description, options);
}

/** Something we need is not to be had: the client learns it, and may offer to try again. */
export async function orTellClient<T>(asker: Asker, issuer: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OAuthError) || error.error !== 'temporarily_unavailable') throw error;
    const { description, reason = error.error, cause } = error;
    return refuseTo(asker, issuer, error.error, description, { reason, cause });
  }
}
