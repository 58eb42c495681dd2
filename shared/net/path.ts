import { percentEncode } from './percent-encode.ts';

/** A value that cannot stand in a path. The parameter is named; what was in it is not told. */
export class PathValueRefused extends Error {
  override readonly name = 'PathValueRefused';
  readonly parameter: string;

  constructor(parameter: string) {
    super(`the value of ${parameter} cannot be part of a path`);
    this.parameter = parameter;
  }
}

/** One segment of a template: pchar of RFC 3986 section 3.3 without percent-encoding, and placeholders. */
const SEGMENT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|\{[A-Za-z][A-Za-z0-9_]*\})+$/;
const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;
const MAX_LENGTH = 512;

/**
 * Fills a template as `/users/{id}/notes/{note}` with one value a placeholder. Each value stays inside of its segment,
 * together with what stands beside it, for every reader: the parser of URLs, a server that decodes once more, one that
 * normalises Unicode, one that cuts a segment at `;` or trims dots and blanks.
 *
 * @throws PathValueRefused for a value that could mean another path
 * @throws Error for a template, or a set of names, that the author of the tool got wrong
 */
export function buildPath(template: string, values: Readonly<Record<string, string | number>>): string {
  // One slash at the end is a matter of taste; an empty segment is not.
  const segments = template.replace(/\/$/, '').split('/').slice(1);
  if (!template.startsWith('/') || !segments.every((segment) => SEGMENT.test(segment) && !isDots(segment))) {
    throw new Error(`${JSON.stringify(template)} is no path template: write "/users/{id}"`);
  }
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unused = Object.keys(values).filter((name) => !names.includes(name));
  if (unused.length > 0) throw new Error(`${template} has no place for ${unused.join(', ')}`);
  const missing = names.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw new Error(`${template} needs a value for ${missing}`);
  return template
    .split('/')
    .map((segment) => fillSegment(segment, values))
    .join('/');
}

/** Each value is judged by itself, and then what they and the template make together: `%` beside `2f` is a slash to come. */
function fillSegment(segment: string, values: Readonly<Record<string, string | number>>): string {
  let last: string | undefined;
  const filled = segment.replace(PLACEHOLDER, (_placeholder, name: string) => {
    last = name;
    return encodeSegment(name, values[name] as string | number);
  });
  if (last === undefined) return filled;
  const whole = segment.replace(PLACEHOLDER, (_placeholder, name: string) => String(values[name]));
  if (!isInert(whole)) throw new PathValueRefused(last);
  return filled;
}

function encodeSegment(parameter: string, value: string | number): string {
  const text = String(value);
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  if (!(isNumber || (typeof value === 'string' && text.isWellFormed() && text.length <= MAX_LENGTH && isInert(text)))) {
    throw new PathValueRefused(parameter);
  }
  return percentEncode(text);
}

function isInert(text: string): boolean {
  return [text, text.normalize('NFKC')].every((form) => !LEAVES.test(form) && !isDots(form));
}

/** Separators and controls, and what another round of decoding could make one of: `%2f`, and overlong UTF-8 as well. */
const LEAVES = /[/\\\p{Cc}]|%[0-9a-f]{2}/iu;

/** Empty, `.`, `..` and what is taken for them: `..;a=b` by servlet containers, `.. .` where names are trimmed. */
function isDots(segment: string): boolean {
  return /^[.\s]*(?:;.*)?$/s.test(segment);
}
