const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** What is wrong with a redirect URL of an app client, in words after its value; undefined when nothing is. */
export function callbackProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'is no URL';
  const { protocol, hostname } = new URL(text);
  // A code sent over plain http can be read on the way, but not on the way to the same machine (RFC 8252 section 7.3).
  if (protocol === 'http:' && !LOOPBACK.includes(hostname)) return 'must be https, or http to a loopback address';
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be https, or http to a loopback address';
  return text.includes('#') ? 'must have no fragment' : undefined;
}
