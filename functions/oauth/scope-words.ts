import { plainText } from './display-text.ts';

/** What a scope lets a program do, for people; and its name on the wire, unless the words have it already. */
export interface ScopeWords {
  readonly words: string;
  readonly wireName: string | undefined;
}

/** Scopes of OpenID Connect, which are not this gateway's own (OpenID Connect Core sections 5.4 and 11). */
const STANDARD: ReadonlyMap<string, string> = new Map([
  ['openid', 'See which account is yours'],
  ['profile', 'See your name and profile'],
  ['email', 'See your e-mail address'],
  ['offline_access', 'Stay connected later, without asking you to sign in each time'],
]);

/**
 * @param wireName as clients ask for it: `https://host/mcp/starter.echo`, `mcp/starter.echo` or `starter.echo`
 * @param opens titles of the tools, prompts and resources that need it
 */
export function scopeWords(wireName: string, opens: readonly string[] = []): ScopeWords {
  const name = plainText(wireName);
  // The provider's prefix ends with a slash, and no name of ours has one.
  const logical = name.slice(name.lastIndexOf('/') + 1) || name;
  const used = opens.length > 0 ? opens.map(plainText).join(', ') : logical;
  const standard = STANDARD.get(name);
  return standard === undefined && used === name
    ? { words: `Use ${name}`, wireName: undefined }
    : { words: standard ?? `Use ${used}`, wireName: name };
}
