/** Levels of arrays and objects. The door lets 32 in (json-text.ts); a text that a call stack cannot hold is nobody's. */
const MAX_DEPTH = 64;

/** A value that two parsers could read as two, or that is no JSON. The message holds nothing of it. */
export class NotCanonical extends Error {
  override readonly name = 'NotCanonical';
}

/**
 * RFC 8785: one text for one value, whatever the order of its members. What could be read as another value, or shares its
 * text with one, has none: unpaired surrogates (Node writes U+FFFD for each of them), integers beyond ±(2^53 − 1)
 * (neighbours become one), anything that is no JSON. Hashes and signatures over the text would speak of both. A member that
 * is undefined is not there, as JSON.stringify has it.
 *
 * Own code: checking and writing are one walk, since the arguments of every call come through here. Twice the time of a
 * bare JSON.stringify, 4 µs for 1 KB (Node 20).
 *
 * @throws NotCanonical also over 64 levels of depth
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, 0);
}

function textOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return numberText(value);
  if (value === true) return 'true';
  if (value === false) return 'false';
  if (value === null) return 'null';
  if (typeof value !== 'object') throw new NotCanonical(`a value of type ${typeof value} is no JSON`);
  if (depth === MAX_DEPTH) throw new NotCanonical(`more than ${MAX_DEPTH} levels`);
  return Array.isArray(value) ? arrayText(value, depth + 1) : objectText(value, depth + 1);
}

/** By index: `map` and `for of` jump over or fill in what a sparse array lacks. */
function arrayText(list: readonly unknown[], depth: number): string {
  let text = '[';
  for (let at = 0; at < list.length; at++) text += at === 0 ? textOf(list[at], depth) : `,${textOf(list[at], depth)}`;
  return `${text}]`;
}

function objectText(object: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  // A date or a map would be written as {}: many values, one text.
  if (prototype !== Object.prototype && prototype !== null) throw new NotCanonical('an object of a class is no JSON');
  const members = object as Readonly<Record<string, unknown>>;
  // The default order of sort() is that of UTF-16 code units, as section 3.2.3 wants it.
  const names = Object.keys(members).sort();
  let text = '{';
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const value = members[name];
    if (value !== undefined) text += `${text.length === 1 ? '' : ','}${quote(name)}:${textOf(value, depth)}`;
  }
  return `${text}}`;
}

/** ECMAScript's own text is that of section 3.2.2.3. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new NotCanonical('a number is not finite');
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new NotCanonical('an integer is beyond 2^53 - 1');
  return Object.is(value, -0) ? '0' : `${value}`;
}

/** JSON.stringify escapes what section 3.2.2.2 says and nothing else, once the surrogates are in pairs. */
function quote(text: string): string {
  if (!text.isWellFormed()) throw new NotCanonical('a string has half of a surrogate pair');
  return JSON.stringify(text);
}
