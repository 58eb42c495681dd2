/** `http` on the person's own computer: host, port, and the rest. Anything else in the text makes it none. */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/[\x21\x24-\x5b\x5d-\x7e]*)?$/;

export function isLoopback(uri: string): boolean {
  return readLoopback(uri) !== undefined;
}

/**
 * Whole strings are compared and never parsed: no two readers of a URL can differ about it. Only the port of a loopback
 * URI is free (RFC 8252 section 7.3).
 */
export function matchesRedirect(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  const ours = readLoopback(registered);
  return ours !== undefined && ours === readLoopback(asked);
}

/** Without its port, which must be one. */
function readLoopback(uri: string): string | undefined {
  const [matched, host, port = '80', rest = ''] = LOOPBACK.exec(uri) ?? [];
  return matched !== undefined && Number(port) > 0 && Number(port) < 65_536 ? `${host}${rest}` : undefined;
}

/** Parameters added to a redirect URI that is kept as it is, byte for byte. */
export function withParameters(uri: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  // %20 is read as a blank everywhere, + only by readers of forms.
  return `${uri}${uri.includes('?') ? '&' : '?'}${query.toString().replaceAll('+', '%20')}`;
}
