const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Those that programs on a desktop are known to answer to; any with a dot is somebody's domain (RFC 8252 section 7.1). */
const PRIVATE_SCHEMES = ['claude', 'cursor', 'kiro', 'vscode', 'vscode-insiders', 'windsurf', 'zed'];

/**
 * What is wrong with a redirect URI of a client of the relay, in words after its value; undefined when nothing is. It is
 * compared as a whole text, so any spelling that a URL parser would change could never match, or match another place.
 */
export function redirectUriProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no absolute URL';
  const { protocol, hostname, username, password, href } = new URL(text);
  const scheme = protocol.slice(0, -1);
  if (scheme === 'http' && !LOOPBACK.includes(hostname)) {
    // A code sent over plain http can be read on the way, but not on the way to the same machine (section 7.3).
    return 'must be https, or http to a loopback address';
  }
  if (scheme !== 'http' && scheme !== 'https' && !scheme.includes('.') && !PRIVATE_SCHEMES.includes(scheme)) {
    return `has the scheme ${scheme}: known are ${PRIVATE_SCHEMES.join(', ')}, and names with a dot`;
  }
  if (username !== '' || password !== '') return 'must have no user name in it';
  if (text.includes('#')) return 'must have no fragment';
  if (text.includes('*')) return 'must be one address: there are no wildcards';
  return href === text || href === `${text}/` ? undefined : `must be written as ${href}`;
}
