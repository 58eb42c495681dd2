import { GatewayError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json-object.ts';
import { readId } from './jsonrpc.ts';

/** Strings are counted in UTF-16 units. docs/errors.md names these numbers. */
const LIMITS = { depth: 32, members: 2000, string: 65_536 } as const;

/**
 * What a body says. With a flaw it must not be acted on: then only a safely readable `id` is left of it, so that the
 * refusal can be addressed.
 */
export interface ReadJson {
  readonly body: unknown;
  readonly flaw?: GatewayError;
}

/**
 * JSON text → value, only if every parser reads the same in it: no name twice in an object, no unpaired surrogate, no
 * number outside of what a double holds exactly or nearly. Otherwise a call could be checked as one thing, run as
 * another and be recorded as a third (RFC 8259 sections 4, 6 and 8.2; RFC 7493). -0 is read as 0, as RFC 8785 writes it.
 *
 * Depth and members are counted before anything is parsed: a small body can otherwise build a structure that is
 * expensive for every schema and log behind it.
 *
 * @throws GatewayError JSON_LIMIT_EXCEEDED over 32 levels or 2000 members, PARSE_ERROR for anything that is not JSON
 */
export function readJson(text: string): ReadJson {
  const tally = scan(text);
  const body = parse(text);
  const found: Findings = { names: 0, isLong: false, isIllFormed: false };
  visit(body, found);
  const flaw = flawOf(tally, found);
  return flaw === undefined ? { body } : { body: addressOnly(body, tally), flaw };
}

/** What only the text shows. */
interface Tally {
  names: number;
  /** Of the outermost object. */
  topNames: number;
  isExact: boolean;
}

/** What only the values show. */
interface Findings {
  names: number;
  isLong: boolean;
  isIllFormed: boolean;
}

const [BLANK, QUOTE, BACKSLASH, COMMA, COLON] = [0x20, 0x22, 0x5c, 0x2c, 0x3a];
const [PLUS, MINUS, POINT, ZERO, NINE, SMALL_E] = [0x2b, 0x2d, 0x2e, 0x30, 0x39, 0x65];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** One pass over the characters; strings are jumped over. */
function scan(text: string): Tally {
  const tally: Tally = { names: 0, topNames: 0, isExact: true };
  let depth = 0;
  let members = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit <= BLANK) continue;
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === COLON) {
      tally.names++;
      if (depth === 1) tally.topNames++;
    } else if (unit === COMMA) members++;
    else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      members++;
      depth++;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth--;
    else if (unit === MINUS || isDigit(unit)) {
      const end = endOfNumber(text, at);
      if (!isExact(text, at, end)) tally.isExact = false;
      at = end - 1;
    }
    if (depth > LIMITS.depth || members > LIMITS.members) {
      throw new GatewayError('JSON_LIMIT_EXCEEDED', { reason: 'json_limit' });
    }
  }
  return tally;
}

/** Where the string's closing quote is: the next one behind an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= NINE;
}

/** Digits, signs, points and exponents; whether they are in a legal order is for the parser to say. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length) {
    const unit = text.charCodeAt(end);
    const isPart = isDigit(unit) || unit === POINT || isExponent(unit) || unit === MINUS || unit === PLUS;
    if (!isPart) break;
    end++;
  }
  return end;
}

/** `e` or `E`. */
function isExponent(unit: number): boolean {
  return (unit | 0x20) === SMALL_E;
}

/** Fifteen digits fit a double. Anything longer, or with an exponent, is looked at. */
const SURE_LENGTH = 15;

/** False for what one parser reads as Infinity, zero or a neighbouring integer and another one reads as it is written. */
function isExact(text: string, start: number, end: number): boolean {
  if (end - start <= SURE_LENGTH && !hasExponent(text, start, end)) return true;
  const token = text.slice(start, end);
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
  return value !== 0 || !/[1-9]/.test(token.split(/e/i, 1)[0] ?? '');
}

function hasExponent(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (isExponent(text.charCodeAt(at))) return true;
  return false;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new GatewayError('PARSE_ERROR', { reason: 'not_json', ...(text.startsWith('\ufeff') ? BOM : {}) });
  }
}

const BOM = { hint: 'The body starts with a byte order mark. Send JSON in UTF-8 without one.' } as const;

/**
 * Of a repeated name JSON.parse keeps one member, however it was spelled: then there are fewer in the value than in the
 * text. Bounded by what `scan` let through.
 */
function visit(value: unknown, found: Findings): void {
  if (typeof value === 'string') visitText(value, found);
  else if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      if (Object.is(value[at], -0)) value[at] = 0;
      else visit(value[at], found);
    }
  } else if (typeof value === 'object' && value !== null) visitMembers(value as Record<string, unknown>, found);
}

function visitMembers(object: Record<string, unknown>, found: Findings): void {
  // All own after JSON.parse, `__proto__` too: setting one cannot reach a prototype. `in` is a third faster than a list.
  for (const name in object) {
    found.names++;
    visitText(name, found);
    if (Object.is(object[name], -0)) object[name] = 0;
    else visit(object[name], found);
  }
}

function visitText(text: string, found: Findings): void {
  if (text.length > LIMITS.string) found.isLong = true;
  if (!text.isWellFormed()) found.isIllFormed = true;
}

function flawOf({ names, isExact }: Tally, found: Findings): GatewayError | undefined {
  const ambiguous = (reason: string, hint: string) => new GatewayError('AMBIGUOUS_JSON', { reason, hint });
  if (names !== found.names) return ambiguous('duplicate_name', 'An object has the same name twice. Send each once.');
  if (found.isIllFormed) {
    return ambiguous('lone_surrogate', 'A string has half of a surrogate pair. Send well-formed Unicode.');
  }
  if (!isExact) {
    const hint = 'A number is an integer beyond ±(2^53 − 1) or out of the range of a double. Send it as a string.';
    return ambiguous('unsafe_number', hint);
  }
  if (!found.isLong) return undefined;
  const hint = 'A string is longer than 65536 characters. Send it in parts.';
  return new GatewayError('JSON_LIMIT_EXCEEDED', { reason: 'string_limit', hint });
}

/** The id of a flawed message, unless it is one of the flaws: written twice, not well-formed, or rounded. */
function addressOnly(body: unknown, { topNames }: Tally): JsonObject {
  if (!isObject(body) || Object.keys(body).length !== topNames) return {};
  const id = readId(body);
  const isSafe = typeof id === 'string' ? id.isWellFormed() && id.length <= 256 : Number.isSafeInteger(id);
  return isSafe ? { id } : {};
}
