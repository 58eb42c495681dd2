import { OAuthError } from './errors.ts';

/** A query or a form, each name once. */
export type Parameters = ReadonlyMap<string, string>;

const MAX_PARAMETERS = 40;

/**
 * application/x-www-form-urlencoded. What is sent twice, or decodes in two ways, is refused: whoever looked at it before
 * us may have gone by the other one. A parameter without a value counts as absent (RFC 6749 section 3.1).
 *
 * @throws OAuthError invalid_request
 */
export function readParameters(text: string, maxBytes: number): Parameters {
  if (Buffer.byteLength(text) > maxBytes) refuse('too_large', 'the request is too large');
  const pairs = text.split('&', MAX_PARAMETERS + 1).filter((pair) => pair !== '');
  if (pairs.length > MAX_PARAMETERS) refuse('too_many_parameters', 'the request has too many parameters');
  const all = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    if (all.has(name)) refuse('duplicate_parameter', 'a parameter is in the request twice');
    all.set(name, at === -1 ? '' : decode(pair.slice(at + 1)));
  }
  return new Map([...all].filter(([, value]) => value !== ''));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return refuse('not_decodable', 'the request is not encoded as a form');
  }
}

function refuse(reason: string, description: string): never {
  throw new OAuthError('invalid_request', description, { reason });
}
