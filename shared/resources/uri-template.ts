/** RFC 6570 level 1: literal text and `{name}`, one path segment or query value each. */
export interface UriTemplate {
  readonly variables: readonly string[];
  /** The decoded variables, or undefined when the URI is another one. */
  readonly match: (uri: string) => ReadonlyMap<string, string> | undefined;
}

const EXPRESSION = /\{([A-Za-z_][A-Za-z0-9_]{0,63})\}/g;
const MAX_URI = 2048;

/** @throws Error at start for another kind of expression, none, one twice, or two without a separator between them */
export function parseUriTemplate(template: string): UriTemplate {
  const variables = [...template.matchAll(EXPRESSION)].map(([, name = '']) => name);
  const literals = template.split(EXPRESSION).filter((_part, at) => at % 2 === 0);
  if (variables.length === 0 || new Set(variables).size !== variables.length || /[{}]/.test(literals.join(''))) {
    throw new Error(`${template} is no URI template of level 1: use {name}, each name once`);
  }
  // A value has no separator and there is one between two values: nothing matches in two ways, so nothing backtracks.
  if (!literals.slice(1, -1).every((literal) => /[/?#&]/.test(literal))) {
    throw new Error(`${template} needs / ? # or & between two names`);
  }
  const pattern = new RegExp(`^${literals.map(escapeLiteral).join('([^/?#&]+)')}$`);
  return {
    variables,
    match: (uri) => {
      const found = uri.length <= MAX_URI ? pattern.exec(uri) : null;
      const values = found?.slice(1).map(decode);
      if (values === undefined || values.includes(undefined)) return undefined;
      return new Map(variables.map((name, at) => [name, values[at] ?? '']));
    },
  };
}

function escapeLiteral(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Undefined: not percent-encoded UTF-8, or a value that would change the path when it is put back into one. */
function decode(value: string): string | undefined {
  try {
    const decoded = decodeURIComponent(value);
    return decoded === '.' || decoded === '..' || /[/\\\p{Cc}]/u.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}
