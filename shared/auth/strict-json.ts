import { isUtf8 } from 'node:buffer';
import { isObject, type JsonObject } from '../core/json-object.ts';

/**
 * JSON of a JWT part, read so that two parsers cannot read it differently: canonical base64url, valid UTF-8, an object,
 * no name twice (RFC 7519 section 4: duplicate claim names are refused).
 *
 * @throws Error when the part is anything else
 */
export function readJsonPart(part: string): JsonObject {
  const bytes = Buffer.from(part, 'base64url');
  if (bytes.toString('base64url') !== part) throw new Error('not canonical base64url');
  if (!isUtf8(bytes)) throw new Error('not UTF-8');
  const text = bytes.toString('utf8');
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error('not an object');
  refuseDuplicateNames(text);
  return value;
}

const [QUOTE, BACKSLASH, COLON, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [
  0x22, 0x5c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d,
];

/** Expects text that JSON.parse has accepted: a string before a colon is a name of the innermost open object. */
function refuseDuplicateNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let start = -1;
  let end = -1;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      start = at;
      end = endOfString(text, at);
      at = end;
    } else if (unit === COLON) addName(open.at(-1), text.slice(start, end + 1));
    else if (unit === OPEN_BRACE) open.push(new Set());
    else if (unit === OPEN_BRACKET) open.push(undefined);
    else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) open.pop();
  }
}

/** `\u0073ub` is the name `sub`. */
function addName(names: Set<string> | undefined, quoted: string): void {
  const name = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (names?.has(name)) throw new Error('duplicate name');
  names?.add(name);
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) at++;
    else if (unit === QUOTE) return at;
  }
  return text.length;
}
