export interface Challenge {
  readonly error: string | undefined;
  readonly scopes: readonly string[];
  readonly resourceMetadata: string | undefined;
}

/** Parameters of a Bearer challenge (RFC 6750 section 3): name="value", or a token without quotes. */
const PARAMETER = /([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/** Undefined for a header that is none, or of another scheme. */
export function readChallenge(header: string | null | undefined): Challenge | undefined {
  if (!header?.startsWith('Bearer ')) return undefined;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, token] of header.matchAll(PARAMETER)) {
    found.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token ?? '');
  }
  return {
    error: found.get('error'),
    scopes: (found.get('scope') ?? '').split(' ').filter(Boolean),
    resourceMetadata: found.get('resource_metadata'),
  };
}
