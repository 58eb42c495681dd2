/**
 * JSON of a JWT part, read so that two parsers cannot read it differently: canonical base64url, valid UTF-8, an object,
 * no name twice (RFC 7519 section 4: duplicate claim names are refused).
 */
export type JsonObject = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws Error when the part is anything else */
export function readJsonPart(part: string): JsonObject {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('not canonical base64url');
  const text = decoder.decode(bytes);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  refuseDuplicateNames(text);
  return value as JsonObject;
}

/** The value of an own property: `__proto__` and `constructor` are names like any other. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Expects text that JSON.parse has accepted. */
function refuseDuplicateNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  const colon = /\s*:/y;
  for (const match of text.matchAll(tokens)) {
    const token = match[0];
    colon.lastIndex = match.index + token.length;
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (colon.test(text)) {
      const names = open.at(-1);
      const name: unknown = JSON.parse(token);
      if (typeof name !== 'string' || names === undefined) continue;
      if (names.has(name)) throw new Error('duplicate name');
      names.add(name);
    }
  }
}
